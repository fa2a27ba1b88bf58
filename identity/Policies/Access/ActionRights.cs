using Roost.Identity.Policies.Matching;

namespace Roost.Identity.Policies.Access;

/// <summary>What one action is allowed on. Immutable; asking allocates nothing.</summary>
internal sealed class ActionRights(PatternSet allowed, PatternSet denied)
{
    public PatternSet Allowed { get; } = allowed;

    public PatternSet Denied { get; } = denied;

    /// <summary>Whether it is allowed on whatever there is.</summary>
    public bool IsUnbounded => Allowed.IsEverything && Denied.IsEmpty;

    /// <param name="prefix">What every resource of the action begins with, like <c>topic/</c>; <see cref="Allows"/> is asked without it.</param>
    public static ActionRights Of(IReadOnlyList<BoundStatement> statements, string action, string prefix)
    {
        return new ActionRights(Patterns(isDeny: false), Patterns(isDeny: true));

        PatternSet Patterns(bool isDeny) => PatternSet.Of(
            from statement in statements
            where statement.Statement.IsDeny == isDeny && statement.Statement.Actions.Contains(action)
            from pattern in statement.PatternsOf(action)
            from rest in pattern.Behind(prefix)
            select rest,
            BoundStatement.SparesFilters(action, isDeny));
    }

    public bool Allows(string rest) => Allowed.Matches(rest) && !Denied.Matches(rest);
}
