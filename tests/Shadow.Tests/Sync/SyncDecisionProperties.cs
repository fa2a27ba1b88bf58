using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Roost.Shadow.Documents;
using Roost.Shadow.Sync;

namespace Roost.Shadow.Tests.Sync;

internal sealed class SyncDecisionProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(700);
    private static readonly Gen<string> Keys = Gen.Elements("a", "b", "timestamp");
    private static readonly Gen<string> Scalars = Gen.Elements("1", "1.0", "2", "\"x\"", "true", "[1,2]", "[]", "{}");

    private static readonly Gen<Change> Updates =
        from section in Gen.Elements("desired", "reported")
        from value in Gen.Frequency((8, Object(2)), (1, Gen.Constant("null")))
        select new Change($"{{\"state\":{{\"{section}\":{value}}}}}");

    private static readonly Gen<Change> Writes = Gen.Frequency(
        (8, Updates), (2, Gen.Constant(Change.Deletion)), (1, Gen.Constant(Change.Wait)), (1, Gen.Constant(new Change("{\"state\":null}"))));

    private static readonly Gen<Change> Events =
        from change in Writes
        from side in Gen.Elements(true, false)
        from cut in Gen.Choose(0, 3)
        from kind in Gen.Choose(0, 9)
        select kind < 6 ? change with { AtCloud = side } : kind < 9 ? new Change(null) { Cut = cut } : change with { AtCloud = side, Cut = cut, IsBetween = true };

    private static readonly Arbitrary<Change[]> Histories = Events.ArrayOf().ToArbitrary();
    private static readonly Arbitrary<Change[]> OneSided = Writes.ArrayOf().ToArbitrary();
    private static readonly Arbitrary<SyncPolicy> Policies = (
        from direction in Gen.Elements(SyncDirection.Both, SyncDirection.Both, SyncDirection.Up, SyncDirection.Down)
        from desired in Gen.Elements(ConflictWinner.Cloud, ConflictWinner.Device)
        from reported in Gen.Elements(ConflictWinner.Cloud, ConflictWinner.Device)
        select new SyncPolicy(direction, desired, reported)).ToArbitrary();

    [Test]
    public void Whatever_happened_one_exchange_makes_both_sides_equal_and_leaves_nothing_to_do() => Prop.ForAll(Histories, Policies, (history, policy) =>
    {
        var pair = After(history, policy);
        var exchanged = pair.Exchange();
        var again = pair.Decide();
        return exchanged && (pair.AreEqual || again.IsLeftAlone) && again.Local.IsNothing && again.Cloud.IsNothing && again.Conflicts.Count == 0;
    }).Check(Thorough);

    [Test]
    public void What_only_one_side_did_is_what_both_have_afterwards() => Prop.ForAll(Histories, OneSided, Gen.Elements(true, false).ToArbitrary(), (history, changes, atCloud) =>
    {
        var pair = After(history, new SyncPolicy(SyncDirection.Both));
        pair.Exchange();
        var side = atCloud ? pair.Cloud : pair.Local;
        foreach (var change in changes)
        {
            change.ApplyTo(side);
        }

        var wanted = side.State;
        pair.Exchange();
        return pair.Conflicts.Count == 0 && pair.AreEqual && StateEquality.Same(side.State, wanted);
    }).Check(Thorough);

    [Test]
    public void The_receiving_side_of_a_direction_is_made_equal_to_the_other_which_is_left_as_it_is() => Prop.ForAll(Histories, Gen.Elements(SyncDirection.Up, SyncDirection.Down).ToArbitrary(), (history, direction) =>
    {
        var pair = After(history, new SyncPolicy(direction));
        var source = direction == SyncDirection.Up ? pair.Local : pair.Cloud;
        var before = source.State;
        pair.Exchange();
        return ReferenceEquals(before, source.State) && (pair.AreEqual || before is null);
    }).Check(Thorough);

    [Test]
    public void What_both_sides_wrote_at_different_places_is_kept() => Prop.ForAll(Histories, history =>
    {
        var pair = After(history, new SyncPolicy(SyncDirection.Both));
        pair.Exchange();
        pair.Local.Update(Encoding.UTF8.GetBytes("""{"state":{"reported":{"here":{"x":1}}}}"""));
        pair.Cloud.Update(Encoding.UTF8.GetBytes("""{"state":{"reported":{"there":{"x":2}}}}"""));
        pair.Exchange();
        return pair.Conflicts.Count == 0 && pair.AreEqual && pair.Local.State?.Reported is { } reported && reported["here"] is not null && reported["there"] is not null;
    }).Check(Thorough);

    [Test]
    public void A_shadow_made_anew_is_never_deleted_for_the_sake_of_the_old_one() => Prop.ForAll(Histories, Gen.Elements(true, false).ToArbitrary(), (history, longAgo) =>
    {
        var pair = After(history, new SyncPolicy(SyncDirection.Both));
        pair.Local.Update("{\"state\":{\"desired\":{\"a\":1}}}"u8.ToArray());
        pair.Exchange();
        pair.Local.Delete();
        var content = new StatePatch(pair.Cloud.State!.Desired, pair.Cloud.State.Reported).ToRequest(null, "x"); // the very same content again
        pair.Cloud.Delete();
        if (longAgo)
        {
            pair.Cloud.WaitTwoDays();
        }

        pair.Cloud.Update(content);
        pair.Exchange();
        return pair.AreEqual && pair.Local.State is not null;
    }).Check(Thorough);

    [Test]
    public void A_patch_turns_one_state_into_the_other() => Prop.ForAll(Object(3).ToArbitrary(), Object(3).ToArbitrary(), (left, right) =>
    {
        var (from, to) = (Some.Object(left.Replace("null", "0", StringComparison.Ordinal)), Some.Object(right.Replace("null", "0", StringComparison.Ordinal)));
        var (before, after) = (new ShadowState(from.Count > 0 ? from : null, null), new ShadowState(to.Count > 0 ? to : null, null));
        var patch = StatePatch.Between(before, after);
        return StateEquality.Same(StateMerge.Section(before.Desired, patch?.Desired), after.Desired)
            && patch is null == StateEquality.Same(before, after);
    }).Check(Thorough);

    private static ModelPair After(Change[] history, SyncPolicy policy)
    {
        var pair = new ModelPair(policy);
        foreach (var change in history)
        {
            change.ApplyTo(pair);
        }

        return pair;
    }

    private static Gen<string> Object(int depth) =>
        from count in Gen.Choose(0, 3)
        from keys in Keys.ArrayOf(count)
        from values in Value(depth).ArrayOf(count)
        select "{" + string.Join(',', keys.Zip(values).DistinctBy(member => member.First).Select(member => $"\"{member.First}\":{member.Second}")) + "}";

    private static Gen<string> Value(int depth) => depth == 0
        ? Gen.Frequency((4, Scalars), (1, Gen.Constant("null")))
        : Gen.Frequency((4, Scalars), (1, Gen.Constant("null")), (3, Gen.Fresh(() => depth).SelectMany(_ => Object(depth - 1))));

    /// <summary>Something that happens: a write on one side, an exchange that may be cut off, or a write in the middle of an exchange.</summary>
    private sealed record Change(string? Body)
    {
        public static readonly Change Deletion = new("delete");
        public static readonly Change Wait = new("wait");

        public bool AtCloud { get; init; }

        public int? Cut { get; init; }

        public bool IsBetween { get; init; }

        public void ApplyTo(ModelPair pair)
        {
            if (Cut is { } cut)
            {
                pair.Exchange(cut, IsBetween ? () => ApplyTo(AtCloud ? pair.Cloud : pair.Local) : null);
            }
            else
            {
                ApplyTo(AtCloud ? pair.Cloud : pair.Local);
            }
        }

        public void ApplyTo(ModelSide side)
        {
            if (Body == Deletion.Body)
            {
                side.Delete();
            }
            else if (Body == Wait.Body)
            {
                side.WaitTwoDays();
            }
            else
            {
                side.Update(Encoding.UTF8.GetBytes(Body!));
            }
        }
    }
}
