using FsCheck;
using FsCheck.Fluent;
using Roost.Streams.Export;
using Roost.Streams.Export.S3;

namespace Roost.Streams.Tests.Export.S3;

public sealed class ObjectKeyTemplateTests
{
    [TestCase("", "telemetry.0123456789abcdef.00000000000000000007-00000000000000000009.ndjson")]
    [TestCase("site-17/{stream}/date={date}/", "site-17/telemetry/date=2026-11-20/telemetry.0123456789abcdef.00000000000000000007-00000000000000000009.ndjson")]
    [TestCase("{export}-{date}-{date}/", "s3-2026-11-20-2026-11-20/telemetry.0123456789abcdef.00000000000000000007-00000000000000000009.ndjson")]
    public void A_name_says_what_is_in_the_object(string prefix, string expected) =>
        Assert.That(Template(prefix).Fill(S3Exports.Batch(7, 2), S3Exports.StreamId, ".ndjson"), Is.EqualTo(expected));

    [Test]
    public void Names_sort_as_their_records_do() => Prop.ForAll<NonNegativeInt, PositiveInt, PositiveInt>((first, count, gap) =>
    {
        var keys = Template("{stream}/{date}/");
        var (before, after) = (S3Exports.Batch(first.Get, 1 + (count.Get % 100)), S3Exports.Batch(first.Get + (count.Get % 100) + (long)gap.Get * 1000, 1));
        return string.CompareOrdinal(keys.Fill(before, S3Exports.StreamId, ".ndjson"), keys.Fill(after, S3Exports.StreamId, ".ndjson")) < 0;
    }).QuickCheckThrowOnFailure();

    [TestCase("telemetry/2026-11-20/telemetry.0123456789abcdef.00000000000000000007-00000000000000000009.ndjson", true)]
    [TestCase("telemetry/2031-01-01/telemetry.0123456789abcdef.00000000000000000007-00000000000000000009.records.gz.enc", true)]
    [TestCase("telemetry/2026-11-20/telemetry.ffffffffffffffff.00000000000000000007-00000000000000000009.ndjson", false, Description = "another incarnation")]
    [TestCase("telemetry/2026-11-20/telemetry.0123456789abcdef.x.00000000000000000007-00000000000000000009.ndjson", false, Description = "another stream")]
    [TestCase("video/telemetry.0123456789abcdef.00000000000000000007-00000000000000000009.ndjson", false, Description = "another prefix")]
    [TestCase("telemetry/2026-11-20/telemetry.0123456789abcdef.notes", false)]
    [TestCase("telemetry/2026-11-20/", false)]
    public void Only_names_of_the_export_are_its_own(string key, bool own) =>
        Assert.That(Template("{stream}/{date}/").IsOwn(key, S3Exports.StreamId), Is.EqualTo(own));

    [Test]
    public void Two_exports_of_a_stream_do_not_overwrite_each_other()
    {
        var other = ObjectKeyTemplate.TryParse("", new ExportIdentity(StreamName.Parse("telemetry"), "archive"), out var template, out var fault) ? template : throw new FormatException(fault);
        var batch = S3Exports.Batch(7, 2);

        Assert.That(other.Fill(batch, "g", ".ndjson"), Is.EqualTo("telemetry.g.archive.00000000000000000007-00000000000000000009.ndjson"));
        Assert.That(Template("").IsOwn(other.Fill(batch, "g", ".ndjson"), "g"), Is.False);
    }

    [TestCase("{robot}/", "use {stream}, {export} and {date}")]
    [TestCase("a}/", "use {stream}, {export} and {date}")]
    [TestCase("/a/", "begins with a slash")]
    [TestCase("a/../b/", "..")]
    [TestCase("a\\b/", "backslashes")]
    [TestCase("a\nb/", "control characters")]
    public void A_prefix_that_makes_trouble_is_refused(string prefix, string remedy)
    {
        Assert.That(ObjectKeyTemplate.TryParse(prefix, Identity, out _, out var fault), Is.False);
        Assert.That(fault, Does.Contain(remedy));
    }

    [Test]
    public void A_name_never_exceeds_what_stores_take()
    {
        Assert.That(ObjectKeyTemplate.TryParse(new string('a', 900), Identity, out _, out var fault), Is.False);
        Assert.That(fault, Does.Contain("700 bytes"));
        Assert.That(ObjectKeyTemplate.TryParse(new string('a', 700), Identity, out _, out _), Is.True);
    }

    private static ExportIdentity Identity => new(StreamName.Parse("telemetry"), "s3");

    private static ObjectKeyTemplate Template(string prefix) => ObjectKeyTemplate.TryParse(prefix, Identity, out var template, out var fault) ? template : throw new FormatException(fault);
}
