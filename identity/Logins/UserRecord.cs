namespace Roost.Identity.Logins;

/// <summary>A user as the database has him. A change makes another record.</summary>
internal sealed class UserRecord
{
    public required string Name { get; init; }

    public required PasswordHash Password { get; init; }

    /// <summary>Null: nobody's, as of a person.</summary>
    public string? Thing { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Of the password.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    public string PrincipalId => $"user/{Name}";

    public Principal ToPrincipal() => new() { Kind = PrincipalKind.User, Name = Name, Thing = Thing };
}
