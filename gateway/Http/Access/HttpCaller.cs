using Roost.Identity;

namespace Roost.Gateway.Http.Access;

/// <summary>Feature of a request: who asks. Endpoints that answer to some with less than to others look at it.</summary>
internal sealed class HttpCaller
{
    /// <summary>The unix socket and plain loopback: every right, no identity.</summary>
    public static readonly HttpCaller Local = new(null, null);

    private volatile IAccessRights? _rights;

    private HttpCaller(Principal? principal, IAccessRights? rights) => (Principal, _rights) = (principal, rights);

    /// <summary>Null: <see cref="Local"/>, or somebody who has shown nothing.</summary>
    public Principal? Principal { get; }

    /// <summary>As they are now: replaced when rights change while the request lasts. Null: <see cref="Local"/>, or nobody.</summary>
    public IAccessRights? Rights
    {
        get => _rights;
        set => _rights = value;
    }

    public bool IsLocal => ReferenceEquals(this, Local);

    /// <summary>As the audit calls it.</summary>
    public string? Name => IsLocal ? "local" : Principal?.Id;

    /// <summary>Only a client certificate was shown, which browsers show by themselves, whoever's page made them ask.</summary>
    public bool IsAmbient { get; private init; }

    /// <summary>How many credentials had ended when this one was judged: see <see cref="LiveRequests"/>.</summary>
    public long EndingsBefore { get; private init; }

    public static HttpCaller Of(Principal principal, IAccessRights rights, bool isAmbient, long endingsBefore) =>
        new(principal, rights) { IsAmbient = isAmbient, EndingsBefore = endingsBefore };

    /// <summary>Somebody from the network who has shown nothing: only what is public is open to him.</summary>
    public static HttpCaller Nobody() => new(null, null);

    public bool May(string action, string resource) => May(new RouteRight(action, resource));

    public bool May(RouteRight right) =>
        IsLocal || (Rights is { } rights && (right.IsOfAll ? rights.AllowsAll(right.Action, right.Resource) : rights.Allows(right.Action, right.Resource)));
}
