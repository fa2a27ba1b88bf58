using Roost.Identity.Policies.Access;

namespace Roost.Identity.Policies;

/// <summary>Compiles rights from the policies of a principal, of its thing, and of the groups of that.</summary>
internal sealed class PolicyAuthority(PolicyStore store, IThingRegistry things) : IPolicyAuthority
{
    public IAccessRights RightsOf(Principal principal, ConnectionFacts facts)
    {
        var thing = principal.Thing is null ? null : things.Find(principal.Thing);
        var isOrphan = principal.Thing is not null && thing is null; // its thing is not registered any more, and its credentials are about to end
        return new AccessRights(isOrphan ? [] : PoliciesOf(store.Current, principal, thing), new PolicyVariables(principal, facts, thing));
    }

    /// <summary>What a thing would have by its groups alone: without a name, a type, attributes or policies of its own.</summary>
    /// <param name="groups">The group, and those that it is in.</param>
    public IAccessRights RightsOfGroup(IReadOnlyList<string> groups, ConnectionFacts facts)
    {
        var principal = new Principal { Kind = PrincipalKind.Certificate, Name = "none" };
        var thing = new ThingDescription { Name = "", Groups = groups };
        return new AccessRights(PoliciesOf(store.Current, principal, thing), new PolicyVariables(principal, facts, thing));
    }

    /// <summary>Each policy once, with the first target that has it: the principal, its thing, its groups.</summary>
    public static IReadOnlyList<AttachedPolicy> PoliciesOf(PolicySnapshot snapshot, Principal principal, ThingDescription? thing)
    {
        IEnumerable<string> targets = [principal.Id, .. thing is null ? [] : (string[])[$"thing/{thing.Name}", .. thing.Groups.Select(group => $"group/{group}")]];
        return
        [
            .. targets.SelectMany(target => snapshot.Of(target).Select(name => new AttachedPolicy(name, target, snapshot.Policies[name].Document)))
                .DistinctBy(policy => policy.Name, StringComparer.Ordinal),
        ];
    }
}
