using Roost.Identity.Policies.Documents;
using Roost.Identity.Policies.Matching;

namespace Roost.Identity.Policies.Access;

/// <summary>A statement with its variables filled in for one connection, on which its conditions hold. Immutable.</summary>
internal sealed class BoundStatement
{
    private readonly (PolicyResource Resource, WildcardPattern Pattern)[] _patterns;

    private BoundStatement(AttachedPolicy policy, PolicyStatement statement, (PolicyResource, WildcardPattern)[] patterns)
    {
        Policy = policy;
        Statement = statement;
        _patterns = patterns;
    }

    public AttachedPolicy Policy { get; }

    public PolicyStatement Statement { get; }

    public static IEnumerable<BoundStatement> Of(AttachedPolicy policy, PolicyVariables variables) =>
        from statement in policy.Document.Statements
        where statement.Conditions.All(condition => condition.Holds(variables, statement.IsDeny))
        select new BoundStatement(policy, statement, [.. from resource in statement.Resources from pattern in resource.Fill(variables, statement.IsDeny) select (resource, pattern)]);

    /// <summary>
    /// An Allow with <c>?</c> means one character of a name, and does not grant the wildcards <c>+</c> and <c>#</c>, which bring more. A Deny of it means them too.
    /// </summary>
    public static bool SparesFilters(string action, bool isDeny) => action == KnownActions.Subscribe && !isDeny;

    /// <summary>Those that count for an action of the statement.</summary>
    public IEnumerable<WildcardPattern> PatternsOf(string action)
    {
        var service = KnownActions.ServiceOf(action);
        return _patterns.Where(entry => entry.Resource.IsOf(service)).Select(entry => entry.Pattern);
    }

    /// <returns>The resource that matches; null: none does.</returns>
    public WildcardPattern? Find(string action, string resource)
    {
        if (!Statement.Actions.Contains(action))
        {
            return null;
        }

        var service = action.AsSpan(0, action.IndexOf(':'));
        foreach (var (written, pattern) in _patterns)
        {
            if ((written.Service == PolicyResource.AnyService || service.SequenceEqual(written.Service)) && pattern.Matches(resource, SparesFilters(action, Statement.IsDeny)))
            {
                return pattern;
            }
        }

        return null;
    }
}
