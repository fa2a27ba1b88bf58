using Roost.Shadow.Documents;
using Roost.Shadow.Sync;

namespace Roost.Shadow.Tests.Sync;

/// <summary>The tables of docs/shadow-sync.md, row by row.</summary>
internal sealed class SyncDecisionTests
{
    private static readonly SyncBase s_last = new(State("""{"k":1}"""), 3, 5, 1000);

    [TestCase("{\"k\":1}", "{\"k\":1}", "{\"k\":1}", 0, Description = "nothing changed")]
    [TestCase("{\"k\":2}", "{\"k\":1}", "{\"k\":2}", 0, Description = "changed here")]
    [TestCase("{\"k\":1}", "{\"k\":2}", "{\"k\":2}", 0, Description = "changed there")]
    [TestCase("{}", "{\"k\":1}", "{}", 0, Description = "removed here")]
    [TestCase("{\"k\":1}", "{}", "{}", 0, Description = "removed there")]
    [TestCase("{\"k\":2}", "{\"k\":2.0}", "{\"k\":2}", 0, Description = "changed to the same")]
    [TestCase("{\"k\":2}", "{\"k\":3}", "{\"k\":2}", 1, Description = "changed differently: ours, in reported")]
    [TestCase("{}", "{\"k\":3}", "{}", 1, Description = "removed here, changed there")]
    [TestCase("{\"k\":1,\"l\":1}", "{\"k\":1,\"m\":1}", "{\"k\":1,\"l\":1,\"m\":1}", 0, Description = "different members")]
    [TestCase("{\"k\":1,\"l\":[1,2]}", "{\"k\":1,\"l\":[1,3]}", "{\"k\":1,\"l\":[1,2]}", 1, Description = "an array is one value")]
    public void Each_value_of_reported_follows_the_rule(string local, string cloud, string goal, int conflicts)
    {
        var decision = Decide(s_last, new SyncSide(State(local), 4, 1001), new SyncSide(State(cloud), 6, 1001));

        Assert.That(StateEquality.Same(decision.Goal, State(goal)), SyncConflict.TextOf(decision.Goal));
        Assert.That(decision.Conflicts, Has.Count.EqualTo(conflicts));
    }

    [Test]
    public void Who_removes_an_object_removes_the_members_that_it_had()
    {
        var last = new SyncBase(State("""{"o":{"a":1,"b":1}}"""), 3, 5, 1000);

        var decision = Decide(last, new SyncSide(State("{}"), 4, 0), new SyncSide(State("""{"o":{"a":1,"b":1,"c":1}}"""), 6, 1001));

        Assert.That(SyncConflict.TextOf(decision.Goal), Is.EqualTo("""{"reported":{"o":{"c":1}}}"""));
        Assert.That(decision.Conflicts, Is.Empty);
    }

    [TestCase(5, 1000, false, null, Description = "untouched")]
    [TestCase(6, 1000, false, "{\"k\":1}", Description = "written to")]
    [TestCase(5, 1001, false, "{\"k\":1}", Description = "another one that came to the same version")]
    [TestCase(5, 1000, true, "{\"k\":1}", Description = "deleted and made anew")]
    [TestCase(2, 1001, false, "{\"k\":1}", Description = "versions began again")]
    public void A_shadow_deleted_here_is_deleted_there_only_if_nobody_touched_it(int version, int newest, bool recreated, string? goal)
    {
        var decision = Decide(s_last, SyncSide.Absent with { Recreated = true }, new SyncSide(State("""{"k":1}"""), version, newest, recreated));

        Assert.That(StateEquality.Same(decision.Goal, goal is null ? null : State(goal)));
        Assert.That(decision.Conflicts, Has.Count.EqualTo(goal is null ? 0 : 1));
    }

    [TestCase(3, false, null)]
    [TestCase(4, false, "{\"k\":1}")]
    [TestCase(3, true, "{\"k\":1}")]
    public void A_shadow_deleted_there_is_deleted_here_only_if_nobody_touched_it(int version, bool recreated, string? goal)
    {
        var decision = Decide(s_last, new SyncSide(State("""{"k":1}"""), version, 1000, recreated), SyncSide.Absent);

        Assert.That(StateEquality.Same(decision.Goal, goal is null ? null : State(goal)));
    }

    [TestCase(true, 6, Description = "the deletion was seen")]
    [TestCase(false, 1, Description = "versions began again")]
    public void In_a_shadow_made_anew_what_is_as_before_was_written_too(bool recreated, int version)
    {
        var decision = SyncDecision.Decide(
            s_last, new SyncSide(State("{}"), 4, 0), new SyncSide(State("""{"k":1}"""), version, 1001, recreated), new SyncPolicy(SyncDirection.Both, Reported: ConflictWinner.Cloud));

        Assert.That(decision.Conflicts.Single(), Is.EqualTo(new SyncConflict("/reported/k", "1", null, "1", ConflictWinner.Cloud)));
        Assert.That(SyncConflict.TextOf(decision.Goal), Is.EqualTo("""{"reported":{"k":1}}"""));
    }

    [Test]
    public void Steps_name_the_versions_that_they_were_decided_for()
    {
        var decision = Decide(s_last, new SyncSide(State("""{"k":1,"l":1}"""), 4, 0), new SyncSide(State("""{"k":1,"m":1}"""), 6, 0));

        Assert.That(System.Text.Encoding.UTF8.GetString(decision.Cloud.Patch!.ToRequest(decision.Cloud.ExpectedVersion, "t")), Is.EqualTo("""{"state":{"reported":{"l":1}},"version":6,"clientToken":"t"}"""));
        Assert.That(System.Text.Encoding.UTF8.GetString(decision.Local.Patch!.ToRequest(decision.Local.ExpectedVersion, "t")), Is.EqualTo("""{"state":{"reported":{"m":1}},"version":4,"clientToken":"t"}"""));
    }

    [Test]
    public void Text_of_a_conflict_is_cut_between_characters()
    {
        var text = SyncConflict.TextOf(Some.Object($$"""{"k":"{{string.Concat(Enumerable.Repeat("\U0001F600", 200))}}"}"""))!;

        Assert.That(text, Has.Length.LessThanOrEqualTo(SyncConflict.MostText + 1).And.EndWith("\U0001F600…"));
    }

    private static SyncDecision Decide(SyncBase last, SyncSide local, SyncSide cloud) => SyncDecision.Decide(last, local, cloud, new SyncPolicy(SyncDirection.Both));

    private static ShadowState State(string reported) => new(null, Some.Object(reported) is { Count: > 0 } section ? section : null);
}
