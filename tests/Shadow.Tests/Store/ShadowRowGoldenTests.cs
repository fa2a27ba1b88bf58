using System.Text;
using Roost.Shadow.Documents;
using Roost.Shadow.Store;

namespace Roost.Shadow.Tests.Store;

/// <summary>Freezes what lies on users' disks. If one of these fails, the format has changed: add a migration, not a new expectation.</summary>
internal sealed class ShadowRowGoldenTests
{
    private const long Updated = 1_767_225_600;

    [Test]
    public void A_document_is_stored_as_the_format_page_shows()
    {
        var row = ShadowRowCodec.Encode(Some.Id("vac-1", "config"), Some.Record("""{"battery":81,"mode":"clean"}""", version: 1, Updated));

        Assert.That(Encoding.UTF8.GetString(row.State!), Is.EqualTo("""{"reported":{"battery":81,"mode":"clean"}}"""));
        Assert.That(Convert.ToHexString(row.Times!), Is.EqualTo("80E4AD950D00"));
        Assert.That(row.Checksum, Is.EqualTo(614105127u));
    }

    [Test]
    public void A_tombstone_is_stored_as_ever() =>
        Assert.That(ShadowRowCodec.Encode(Some.Id("vac-1"), new ShadowRecord(9, Updated, State: null)),
            Is.EqualTo(new ShadowRow(9, Updated, null, null, 3108673480u)));
}
