using System.Buffers;
using Roost.Identity.Policies.Matching;

namespace Roost.Identity.Policies.Documents;

/// <summary>
/// Whether a Deny denies anything: what is never asked about, it does not. An Allow that means less than its author thinks keeps somebody out; such a Deny lets somebody in.
/// </summary>
internal static class DenyReach
{
    private static readonly SearchValues<char> _filterWildcards = SearchValues.Create("+#");

    /// <returns>What is wrong with the resource; null: an action of the statement can be asked on it.</returns>
    public static string? FaultOf(PolicyResource resource, IReadOnlyCollection<string> actions)
    {
        string? fault = null;
        foreach (var action in actions.Where(action => resource.IsOf(KnownActions.ServiceOf(action))))
        {
            var head = KnownActions.HeadOf(action);
            if (head == KnownActions.WithoutResource)
            {
                if (resource.Widest.Matches(head))
                {
                    return null;
                }

                continue;
            }

            foreach (var rest in resource.Widest.Behind(head))
            {
                if (FaultBehind(head, rest.Code) is not { } found)
                {
                    return null;
                }

                fault = found;
            }
        }

        return fault ?? $"is nothing that an action of this statement is about ({string.Join(", ", actions.Select(KnownActions.HeadOf).Distinct().Order(StringComparer.Ordinal).Select(static head => head == KnownActions.WithoutResource ? head : head + "..."))}), so this Deny would deny nothing";
    }

    /// <returns>Whether one of the resources is of the kind that the action is about.</returns>
    public static bool Reaches(string action, IEnumerable<PolicyResource> resources) => resources.Any(resource => FaultOf(resource, [action]) is null);

    private static string? FaultBehind(string head, string rest) => head switch
    {
        "topic/" when rest.AsSpan().ContainsAny(_filterWildcards) => "holds + or #, which no topic holds, so this Deny would deny nothing; write *",
        "topicfilter/" when rest.AsSpan().ContainsAny(_filterWildcards) => "holds + or #, which policies compare as characters: this Deny would deny the filter that is written so, and none that brings the same; write *",
        "function:" when rest.Contains(':') => "names a version or an alias, and rights are a function's as a whole; leave it out",
        _ => null,
    };
}
