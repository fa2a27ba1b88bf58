using Microsoft.AspNetCore.Http;

namespace Roost.Identity;

/// <summary>
/// Feature of an HTTP request whose sender has shown a credential that is good. A request without it came by the unix socket or a loopback listener; no other
/// gets past the door without one, but to the few paths that are open to all.
/// </summary>
public sealed class RequestIdentity(Principal principal)
{
    public Principal Principal { get; } = principal;

    /// <summary>For the audit: who asks.</summary>
    public static ChangedBy Of(HttpContext context)
    {
        var source = context.Connection.RemoteIpAddress is { } address ? $"{(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)} port {context.Connection.RemotePort}"
            : context.Features.Get<LocalUser>() is { } user ? $"uid {user.Id}" : null;
        return context.Features.Get<RequestIdentity>() is { } identity
            ? new ChangedBy(identity.Principal.Id, source)
            : (context.Features.Get<LocalConnection>() is null && context.Features.Get<LocalUser>() is null ? ChangedBy.Stranger : ChangedBy.Local) with { Source = source };
    }
}
