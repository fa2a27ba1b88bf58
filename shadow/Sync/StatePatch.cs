using Roost.Shadow.Documents;

namespace Roost.Shadow.Sync;

/// <summary>The smallest update that turns one state into another: <see cref="StateMerge"/> backwards.</summary>
/// <param name="Desired">Null: not named. A null leaf removes the section.</param>
/// <param name="Reported">As <paramref name="Desired"/>.</param>
internal sealed record StatePatch(StateNode? Desired, StateNode? Reported)
{
    private static readonly StateLeaf Removed = new(LeafKind.Null, JsonWords.Null, 0);

    /// <returns>Null when the states are equal.</returns>
    /// <param name="from">Null: the shadow has to be made, by an empty patch if need be.</param>
    public static StatePatch? Between(ShadowState? from, ShadowState to)
    {
        var patch = new StatePatch(Section(from?.Desired, to.Desired), Section(from?.Reported, to.Reported));
        return patch is { Desired: null, Reported: null } && from is not null ? null : patch;
    }

    /// <summary>The body of an update request.</summary>
    /// <param name="version">That the shadow must have; null where there is none to have one.</param>
    public byte[] ToRequest(long? version, string token)
    {
        var writer = PayloadWriter.Begin();
        writer.Raw("{\"state\":"u8);
        MessageWriter.Sections(writer, Desired, Reported, metadata: false);
        if (version is { } expected)
        {
            writer.Raw(",\"version\":"u8);
            writer.Number(expected);
        }

        writer.Raw(",\"clientToken\":"u8);
        writer.Text(token);
        writer.Raw("}"u8);
        return writer.Take();
    }

    private static StateNode? Section(StateObject? from, StateObject? to) =>
        to is null ? from is null ? null : Removed : Members(from ?? StateObject.Empty, to);

    private static StateObject? Members(StateObject from, StateObject to)
    {
        var changes = new StateMembers(0);
        foreach (ref readonly var member in from.Members.Span)
        {
            if (to[member.Key] is null)
            {
                changes.Add(member.Key, Removed);
            }
        }

        foreach (ref readonly var member in to.Members.Span)
        {
            var value = member.Value;
            var change = from[member.Key] switch
            {
                StateObject before when value is StateObject after => Members(before, after),
                { } before when before.ValueEquals(value) => null,
                _ => value,
            };
            if (change is not null)
            {
                changes.Add(member.Key, change);
            }
        }

        return changes.Count == 0 ? null : new StateObject(changes);
    }
}
