using Roost.Shadow.Documents;

namespace Roost.Shadow.Sync;

/// <summary>Equality of what shadows hold, whatever the times, the order of keys and the spelling of numbers.</summary>
internal static class StateEquality
{
    public static bool Same(StateNode? left, StateNode? right) =>
        left is null ? right is null : right is not null && left.ValueEquals(right);

    public static bool Same(ShadowState? left, ShadowState? right) =>
        left is null || right is null ? left is null && right is null : Same(left.Desired, right.Desired) && Same(left.Reported, right.Reported);
}
