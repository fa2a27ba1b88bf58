using System.Collections.Frozen;
using Roost.Identity.Policies.Documents;
using Roost.Mqtt;

namespace Roost.Identity.Policies.Access;

/// <summary>Says in sentences why something is allowed or not: what decided, or else what comes nearest to allowing it.</summary>
internal sealed class AccessExplanation(IReadOnlyList<AttachedPolicy> policies, IReadOnlyList<BoundStatement> statements, PolicyVariables variables)
{
    private const int MostNear = 3;

    public IReadOnlyList<string> Of(string action, string resource)
    {
        var decided = from statement in statements
                      let pattern = statement.Find(action, resource)
                      where pattern is not null
                      orderby statement.Statement.IsDeny descending
                      select $"{Name(statement.Policy, statement.Statement)} {(statement.Statement.IsDeny ? "denies" : "allows")} {action} on {pattern}";
        var because = decided.ToList();
        return because.Count > 0 ? because : [.. NothingAllows(action, resource)];
    }

    /// <summary>Why a shared subscription is not granted though its filter may be subscribed to.</summary>
    public IReadOnlyList<string> OfShared(TopicFilter filter, MqttRights rights) => rights.CoverageOf(filter) switch
    {
        { IsCovered: true } => [$"Everything that {filter} matches may be received"],
        { Counterexample: { } topic } =>
        [
            $"A shared subscription needs {KnownActions.Receive} on everything that {filter} matches, as members of a share get each other's messages; '{topic}' is an example of what may not be received",
            .. Of(KnownActions.Receive, $"topic/{topic}"),
        ],
        _ => [$"A shared subscription needs {KnownActions.Receive} on everything that {filter} matches, which these policies make too hard to tell; use simpler resources, or a narrower filter"],
    };

    private IEnumerable<string> NothingAllows(string action, string resource)
    {
        if (policies.Count == 0)
        {
            return ["No policy is attached, and nothing is allowed without one"];
        }

        var near = from policy in policies
                   from statement in policy.Document.Statements
                   where !statement.IsDeny
                   let miss = MissOf(policy, statement, action, resource)
                   where miss is not null
                   orderby miss.Value.Distance
                   select miss.Value.Text;
        return [$"No policy allows {action} on {resource}", .. near.Take(MostNear)];
    }

    /// <returns>What keeps an Allow from deciding; null: it is about something else.</returns>
    private (int Distance, string Text)? MissOf(AttachedPolicy policy, PolicyStatement statement, string action, string resource)
    {
        var name = Name(policy, statement);
        var covers = statement.Resources.Any(one => one.IsOf(KnownActions.ServiceOf(action)) && one.Fill(variables, isDeny: false).Any(pattern => pattern.Matches(resource, BoundStatement.SparesFilters(action, isDeny: false))));
        if (!statement.Actions.Contains(action))
        {
            return covers && statement.Actions.Any(other => KnownActions.ServiceOf(other) == KnownActions.ServiceOf(action))
                ? (2, $"{name} covers {resource}, but allows {Some(statement.Actions)} there, not {action}")
                : null;
        }

        var failed = statement.Conditions.FirstOrDefault(condition => !condition.Holds(variables, isDeny: false));
        if (failed is not null)
        {
            var values = variables.ValuesOf(failed.Key);
            return (covers ? 0 : 4, $"{name} holds only when {failed.Text}; it is {(values.Count == 0 ? "not known here" : string.Join(", ", values))}");
        }

        var missing = statement.Resources.SelectMany(one => one.Variables).FirstOrDefault(variable => variables.ValuesOf(variable).Count == 0);
        var patterns = statement.Resources.Where(one => one.IsOf(KnownActions.ServiceOf(action))).SelectMany(one => one.Fill(variables, isDeny: false)).ToList();
        if (patterns.Count == 0)
        {
            return missing is null ? null : (1, $"{name} allows {action}, but ${{{missing}}} has no value here: on {string.Join(", ", statement.Resources.Take(MostNear).Select(one => one.Short))}");
        }

        var nearest = patterns.OrderByDescending(pattern => Common(pattern.ToString(), resource)).Take(MostNear).ToList();
        return (1000 - Common(nearest[0].ToString(), resource), $"{name} allows {action} on {string.Join(", ", nearest)}, not on {resource}");
    }

    private static string Name(AttachedPolicy policy, PolicyStatement statement) => $"{policy.Name} (of {policy.Target}), {statement.Title},";

    private static string Some(FrozenSet<string> actions)
    {
        var first = actions.Order(StringComparer.Ordinal).Take(MostNear).ToList();
        return string.Join(", ", first) + (actions.Count > first.Count ? " and others" : "");
    }

    private static int Common(string left, string right) => left.AsSpan().CommonPrefixLength(right);
}
