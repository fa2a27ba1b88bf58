namespace Roost.Identity.Logins;

/// <summary>A bearer token as the database has it.</summary>
internal sealed record TokenRecord
{
    public required string Id { get; init; }

    /// <summary>SHA-256 of the secret.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>What people call it.</summary>
    public required string Label { get; init; }

    public string? Thing { get; init; }

    /// <summary>It came of a pairing.</summary>
    public required bool IsApp { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>To the hour; null: not yet.</summary>
    public DateTimeOffset? UsedAt { get; init; }

    public string PrincipalId => $"token/{Id}";

    public bool IsExpired(DateTimeOffset now) => ExpiresAt is { } end && end <= now;

    public Principal ToPrincipal() => new() { Kind = PrincipalKind.Token, Name = Id, Thing = Thing, ExpiresAt = ExpiresAt };
}
