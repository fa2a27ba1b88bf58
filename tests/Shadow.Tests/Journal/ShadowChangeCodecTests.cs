using System.Text;
using Roost.Shadow.Documents;
using Roost.Shadow.Journal;

namespace Roost.Shadow.Tests.Journal;

/// <summary>Freezes what lies on users' disks: a change of an expectation here is a new version of the format.</summary>
internal sealed class ShadowChangeCodecTests
{
    private const long Updated = 1_767_225_600;

    private static readonly ShadowChange Update = new(
        Some.Id("vac-1", "config"), Some.Record("""{"battery":81,"mode":"clean"}""", version: 7, Updated), ShadowOrigin.Mqtt("vac-1"), "t-1");

    private static readonly ShadowChange Delete = new(Some.Id("vac-1"), new ShadowRecord(9, Updated, State: null), ShadowOrigin.Daemon, clientToken: null);

    [Test]
    public void An_update_is_written_as_the_format_page_shows()
    {
        Assert.That(Encoding.UTF8.GetString(ShadowChangeCodec.EncodeKey(Update.Id)), Is.EqualTo("vac-1~config"));
        Assert.That(Encoding.UTF8.GetString(ShadowChangeCodec.Encode(Update)), Is.EqualTo(
            """{"version":7,"timestamp":1767225600,"via":"mqtt","by":"vac-1","clientToken":"t-1","state":{"reported":{"battery":81,"mode":"clean"}},"times":"gOStlQ0A"}"""));
    }

    [Test]
    public void A_deletion_is_written_as_the_format_page_shows() =>
        Assert.That(Encoding.UTF8.GetString(ShadowChangeCodec.Encode(Delete)), Is.EqualTo("""{"version":9,"timestamp":1767225600,"via":"roost","deleted":true}"""));

    [Test]
    public void Changes_read_back()
    {
        foreach (var change in new[] { Update, Delete })
        {
            var read = ShadowChangeCodec.Decode(ShadowChangeCodec.EncodeKey(change.Id), ShadowChangeCodec.Encode(change));
            Assert.That((read.Id, read.Origin, read.ClientToken), Is.EqualTo((change.Id, change.Origin, change.ClientToken)));
            Assert.That(ShadowChangeCodec.Encode(read), Is.EqualTo(ShadowChangeCodec.Encode(change)));
        }
    }

    [Test]
    public void What_a_later_version_adds_is_passed_over()
    {
        var read = ShadowChangeCodec.Decode("t"u8, """{"version":9,"new":{"a":[1]},"timestamp":5,"via":"roost","deleted":true}"""u8);
        Assert.That(read.Record, Is.EqualTo(new ShadowRecord(9, 5, State: null)));
    }

    [TestCase("", """{"version":1,"deleted":true}""")]
    [TestCase("a/b", """{"version":1,"deleted":true}""")]
    [TestCase("a~b~c", """{"version":1,"deleted":true}""")]
    [TestCase("t", "")]
    [TestCase("t", "7")]
    [TestCase("t", "{")]
    [TestCase("t", """{"version":"x"}""")]
    [TestCase("t", """{"deleted":true}""")]
    [TestCase("t", """{"version":1}""")]
    [TestCase("t", """{"version":1,"state":{"reported":{"a":1}}}""", Description = "no times")]
    [TestCase("t", """{"version":1,"state":{"reported":{"a":1}},"times":"?"}""")]
    public void What_is_no_change_is_refused(string key, string payload) =>
        Assert.That(() => ShadowChangeCodec.Decode(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(payload)), Throws.TypeOf<FormatException>());
}
