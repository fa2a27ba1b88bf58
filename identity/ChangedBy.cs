namespace Roost.Identity;

/// <summary>Who asks for a change of identity, for the audit.</summary>
/// <param name="Principal"><see cref="Identity.Principal.Id"/>, <c>local</c>, <c>gateway</c> or <c>stranger</c>.</param>
/// <param name="Source">Address and port, or the unix socket's user; null: nobody from outside.</param>
public sealed record ChangedBy(string Principal, string? Source)
{
    /// <summary>Whoever may use the unix socket or a loopback listener.</summary>
    public static ChangedBy Local { get; } = new("local", null);

    /// <summary>Who has shown nothing, on one of the few paths that are open to all.</summary>
    public static ChangedBy Stranger { get; } = new("stranger", null);

    /// <summary>The gateway by itself: what has expired, what was renewed.</summary>
    public static ChangedBy Gateway { get; } = new("gateway", null);

    public AuditEntry Entry(string action, string? resource, string? thing = null) => new(action) { Principal = Principal, Source = Source, Resource = resource, Thing = thing };
}
