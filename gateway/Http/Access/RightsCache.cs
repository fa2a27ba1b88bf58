using System.Collections.Concurrent;
using System.Net;
using Roost.Identity;

namespace Roost.Gateway.Http.Access;

/// <summary>Compiled rights of who asked lately, until any right changes. Any thread may call.</summary>
internal sealed class RightsCache(IPolicyAuthority policies)
{
    private const int Capacity = 512; // of some kilobytes each

    private volatile ConcurrentDictionary<(string Principal, string? Thing, IPAddress? Source), IAccessRights> _rights = [];

    public IAccessRights Of(Principal principal, IPAddress? source)
    {
        var generation = _rights; // what is compiled while rights change goes into a table that nobody asks any more
        var key = (principal.Id, principal.Thing, source);
        if (generation.TryGetValue(key, out var known))
        {
            return known;
        }

        if (generation.Count >= Capacity)
        {
            generation.Clear();
        }

        return generation[key] = policies.RightsOf(principal, new ConnectionFacts(ClientId: null, source));
    }

    public void Forget() => _rights = [];
}
