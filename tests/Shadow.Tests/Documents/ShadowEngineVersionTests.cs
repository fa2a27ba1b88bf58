using Roost.Shadow.Documents;
using static Roost.Shadow.Tests.Documents.EngineHarness;

namespace Roost.Shadow.Tests.Documents;

internal sealed class ShadowEngineVersionTests
{
    [TestCase(1, true)]
    [TestCase(0, false)]
    [TestCase(2, false)]
    public void Version_must_be_the_current_one(long version, bool fits)
    {
        var shadow = new EngineHarness().With("""{"state":{}}""");

        Assert.That(shadow.Update($$"""{"state":{},"version":{{version}}}""").Fault, fits ? Is.Null : Is.EqualTo(ShadowError.VersionConflict));
    }

    [TestCase(0, true, Description = "I expect none")]
    [TestCase(1, true, Description = "the version it is about to get")]
    [TestCase(2, false)]
    public void Version_for_a_shadow_that_does_not_exist(long version, bool fits) =>
        Assert.That(new EngineHarness().Update($$"""{"state":{},"version":{{version}}}""").Fault, fits ? Is.Null : Is.EqualTo(ShadowError.VersionConflict));

    [Test]
    public void Version_null_is_no_version() => new EngineHarness().With("""{"state":{},"version":null,"clientToken":null}""");

    [Test]
    public void Delete_answers_with_the_version_of_the_deleted_document()
    {
        var shadow = new EngineHarness();
        for (var i = 0; i < 9; i++)
        {
            shadow.With("""{"state":{"desired":{"a":1}}}""");
        }

        Assert.That(Text(shadow.Delete("""{"clientToken":"d"}""").Messages!.Accepted), Is.EqualTo("""{"version":9,"timestamp":1000,"clientToken":"d"}"""));
        Assert.That(shadow.Get().Fault?.Code, Is.EqualTo(404));
        Assert.That(shadow.Delete().Fault?.Code, Is.EqualTo(404));
    }

    [Test]
    public void Recreated_shadow_continues_the_versions_and_shows_nothing_of_the_old_one()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"old":1}}}""").With("""{"state":{}}""");
        shadow.Delete();
        shadow.Now += ShadowRecord.TombstoneSeconds - 1;

        var outcome = shadow.Update("""{"state":{"desired":{"new":1}}}""");

        Assert.That(shadow.Record!.Version, Is.EqualTo(3));
        Assert.That(Text(outcome.Messages!.Documents), Does.Not.Contain("previous").And.Not.Contain("old"));
    }

    [Test]
    public void Recreated_after_48_hours_it_starts_again_at_one()
    {
        var shadow = new EngineHarness().With("""{"state":{}}""").With("""{"state":{}}""");
        shadow.Delete();
        shadow.Now += ShadowRecord.TombstoneSeconds;

        Assert.That(shadow.With("""{"state":{}}""").Record!.Version, Is.EqualTo(1));
    }
}
