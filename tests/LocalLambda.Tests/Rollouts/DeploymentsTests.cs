using FsCheck;
using FsCheck.Fluent;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Rollouts;

namespace Roost.LocalLambda.Tests.Rollouts;

/// <summary>What deploying, promoting and rolling back make of a record.</summary>
internal sealed class DeploymentsTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch;

    private static readonly RolloutPlan s_plan = new() { Steps = [0.1, 0.5], StepTime = TimeSpan.FromMinutes(5), RollbackOn = ["errors>1%"] };

    [Test]
    public void A_rollout_has_both_versions_and_the_new_code_in_latest()
    {
        var record = Some("a").Deploy(Definition("b"), s_plan, keepsBefore: true, s_now);

        Assert.That((record.Rollout!.Stable, record.Rollout.Canary, Code(record.Latest)), Is.EqualTo(("1", "2", "b")));
        Assert.That((Code(record.Resolve(null, 0.05)!), Code(record.Resolve(null, 0.1)!), Code(record.Resolve("$LATEST", 0.9)!)), Is.EqualTo(("b", "a", "b")));
        Assert.That(Code(record.Serving), Is.EqualTo("a"), "triggers and such are those of what serves most");
    }

    [Test]
    public void Rolling_back_gives_latest_the_code_and_settings_of_before()
    {
        var before = Some("a");
        var record = before.Deploy(Definition("b") with { MemoryBytes = 1 << 30 }, s_plan, keepsBefore: true, s_now).RollBack(null, s_now);

        Assert.That(FunctionRecord.IsSame(record.Latest, before.Latest));
        Assert.That((record.Rollout!.State, record.Latest.Version), Is.EqualTo((RolloutState.RolledBack, "$LATEST")));
        Assert.That(Code(record.Resolve(null, 0)!), Is.EqualTo("a"));
    }

    [Test]
    public void A_deployment_during_a_rollout_wins_and_keeps_the_version_to_go_back_to()
    {
        var record = Some("a").Deploy(Definition("b"), s_plan, keepsBefore: true, s_now).Deploy(Definition("c"), s_plan, keepsBefore: true, s_now);

        Assert.That((record.Rollout!.Stable, record.Rollout.Canary, Code(record.Latest)), Is.EqualTo(("1", "3", "c")));
    }

    [Test]
    public void The_same_deployment_again_lets_its_rollout_go_on()
    {
        var record = Some("a").Deploy(Definition("b"), s_plan, keepsBefore: true, s_now);

        Assert.That(record.Deploy(Definition("b"), s_plan with { }, keepsBefore: true, s_now), Is.SameAs(record));
    }

    [Test]
    public void The_version_before_as_a_deployment_ends_the_rollout_and_serves_everything()
    {
        var record = Some("a").Deploy(Definition("b"), s_plan, keepsBefore: true, s_now).Deploy(Definition("a"), s_plan, keepsBefore: true, s_now);

        Assert.That((record.Rollout!.State, Code(record.Latest), Code(record.Resolve(null, 0)!)), Is.EqualTo((RolloutState.Superseded, "a", "a")));
    }

    [Test]
    public void What_was_rolled_back_has_its_old_number_when_it_comes_again()
    {
        var record = Some("a").Deploy(Definition("b"), s_plan, keepsBefore: true, s_now).RollBack(null, s_now).Deploy(Definition("b"), s_plan, keepsBefore: true, s_now);

        Assert.That((record.Rollout!.Stable, record.Rollout.Canary, record.LastVersion), Is.EqualTo(("1", "2", 2)));
    }

    [Test]
    public void A_change_by_another_way_ends_the_rollout_and_serves_everything()
    {
        var record = Some("a").Deploy(Definition("b"), s_plan, keepsBefore: true, s_now);

        record = (record with { Latest = Definition("c") }).Reconcile(s_now);

        Assert.That((record.Rollout!.State, Code(record.Resolve(null, 0)!)), Is.EqualTo((RolloutState.Superseded, "c")));
    }

    [Test]
    public void A_version_that_is_removed_ends_its_rollout()
    {
        var record = Some("a").Deploy(Definition("b"), s_plan, keepsBefore: true, s_now);

        record = (record with { Versions = [record.Versions[1]] }).Reconcile(s_now);

        Assert.That((record.Rollout!.State, Code(record.Resolve(null, 0.9)!)), Is.EqualTo((RolloutState.Superseded, "b")));
    }

    [Test]
    public void One_goes_back_and_forth_by_number_and_once_without()
    {
        var record = Some("a").Deploy(Definition("b"), null, keepsBefore: true, s_now);

        record = record.RollBack(null, s_now);
        Assert.That(Code(record.Latest), Is.EqualTo("a"));
        Assert.That(() => record.RollBack(null, s_now), Throws.TypeOf<RolloutImpossibleException>().With.Message.Contains("--to"));
        Assert.That(() => record.RollBack("9", s_now), Throws.TypeOf<RolloutImpossibleException>().With.Message.Contains("versions 1"));
        Assert.That(() => record.Promote(s_now), Throws.TypeOf<RolloutImpossibleException>());
    }

    [Test]
    public void Old_versions_go_but_none_that_is_in_use_or_was_asked_for_by_name()
    {
        var record = Some("0").Publish("by name", s_now, out _);
        for (var i = 1; i <= 20; i++)
        {
            record = record.Deploy(Definition($"{i}"), null, keepsBefore: true, s_now);
            record = i == 3 ? record with { Aliases = [new FunctionAlias { Name = "live", FunctionVersion = record.Previous! }] } : record;
        }

        Assert.That(record.Versions.Select(Code), Is.EqualTo(new[] { "0", "2", "14", "15", "16", "17", "18", "19" }));
    }

    [Test]
    public void Whatever_is_done_in_whatever_order_the_record_is_whole_and_small()
    {
        var steps = Gen.Choose(0, 5).SelectMany(kind => Gen.Choose(0, 9).Select(code => (kind, code))).ListOf();
        Prop.ForAll(steps.ToArbitrary(), list =>
        {
            var record = Some("0");
            foreach (var (kind, code) in list)
            {
                record = Do(record, kind, $"{code}").Reconcile(s_now);
                var isWhole = record.Latest.Version == "$LATEST" && record.Resolve(null, 0) is not null && record.Resolve(null, 0.999) is not null
                    && record.Versions.Count <= Deployments.KeptVersions + 3
                    && (record.Rollout is not { IsInProgress: true } rollout || (record.FindVersion(rollout.Stable) is { } stable && record.FindVersion(rollout.Canary) is { } canary
                        && Code(stable) != Code(canary) && FunctionRecord.IsSame(canary, record.Latest)))
                    && record.All.All(definition => definition.Environment["CODE"] == definition.CodeSha256);
                if (!isWhole)
                {
                    return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();

        static FunctionRecord Do(FunctionRecord record, int kind, string code)
        {
            try
            {
                return kind switch
                {
                    0 => record.Deploy(Definition(code), null, keepsBefore: true, s_now),
                    1 => record.Deploy(Definition(code), null, keepsBefore: false, s_now),
                    2 => record.Promote(s_now),
                    3 => record.RollBack(null, s_now),
                    4 => record.RollBack(code, s_now),
                    _ => record.Deploy(Definition(code), s_plan, keepsBefore: true, s_now),
                };
            }
            catch (RolloutImpossibleException)
            {
                return record;
            }
        }
    }

    [Test]
    public void A_record_from_before_there_were_rollouts_is_read()
    {
        var document = System.Text.Json.JsonSerializer.SerializeToNode(Some("a"), RegistryJson.FunctionRecord)!.AsObject();
        document.Remove("deployedVersions");

        var record = System.Text.Json.JsonSerializer.Deserialize(document, RegistryJson.FunctionRecord)!;

        Assert.That(record.Deploy(Definition("b"), s_plan, keepsBefore: true, s_now).Rollout!.Canary, Is.EqualTo("2"));
    }

    [Test]
    public void A_rollout_is_kept_as_it_is()
    {
        var record = Some("a").Deploy(Definition("b"), s_plan, keepsBefore: true, s_now);
        record = record.Take(record.Rollout! with { Step = 1, Elapsed = TimeSpan.FromSeconds(301), CanaryFigures = new VersionFigures { Invocations = 3, Errors = 1, Slow = [0], Durations = [0, 2] } }, s_now);

        var bytes = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(record, RegistryJson.FunctionRecord);
        var again = System.Text.Json.JsonSerializer.Deserialize(bytes, RegistryJson.FunctionRecord)!;

        Assert.That(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(again, RegistryJson.FunctionRecord), Is.EqualTo(bytes));
        Assert.That((again.Rollout!.Weight, again.Rollout.CanaryFigures.Timed, again.Rollout.IsInProgress), Is.EqualTo((0.5, 2, true)));
    }

    [Test]
    public void A_rollout_is_judged_by_its_rules_from_the_least_number_of_invocations_on()
    {
        var rollout = Some("a").Deploy(Definition("b"), s_plan, keepsBefore: true, s_now).Rollout!;
        var minute = TimeSpan.FromMinutes(1);

        Assert.That(rollout.Judge(minute, VersionFigures.None, Figures(19, 19), s_now), Is.SameAs(rollout), "too few");
        Assert.That(rollout.Judge(minute, VersionFigures.None, Figures(20, 0), s_now), Is.SameAs(rollout), "no fault");
        var back = rollout.Judge(minute, VersionFigures.None, Figures(20, 1), s_now);
        Assert.That((back.State, back.Reason), Is.EqualTo((RolloutState.RolledBack, "errors>1%: 1 of 20 invocations failed (5%)")));
        Assert.That(rollout.Judge(5 * minute, VersionFigures.None, Figures(20, 0), s_now).Step, Is.EqualTo(1));
        Assert.That(rollout.Judge(10 * minute, VersionFigures.None, Figures(20, 0), s_now).State, Is.EqualTo(RolloutState.Promoted));
        Assert.That(rollout.Judge(10 * minute, VersionFigures.None, Figures(20, 1), s_now).State, Is.EqualTo(RolloutState.RolledBack), "also when the time is over");
        Assert.That(rollout.Judge(10 * minute, VersionFigures.None, Figures(3, 3), s_now).Reason, Does.Contain("fewer than the 20 invocations"));

        static VersionFigures Figures(int invocations, int errors) => new() { Invocations = invocations, Errors = errors, Durations = [invocations] };
    }

    private static FunctionRecord Some(string code) => new() { Name = "f", Latest = Definition(code) };

    private static string Code(FunctionDefinition definition) => definition.CodeSha256;

    private static FunctionDefinition Definition(string code) => new()
    {
        Name = "f",
        Runtime = FunctionRuntime.TryParse("provided")!,
        Handler = "",
        CodeSha256 = code,
        Environment = new Dictionary<string, string> { ["CODE"] = code },
        RevisionId = FunctionRecord.NewRevision(),
    };
}
