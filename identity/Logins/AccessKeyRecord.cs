namespace Roost.Identity.Logins;

/// <summary>An access key as the database has it.</summary>
internal sealed record AccessKeyRecord
{
    /// <summary><c>AKIA</c> and 16 of A-Z and 2-7, as AWS has them.</summary>
    public required string Id { get; init; }

    /// <summary>The secret, which a signature is computed with and which must therefore be had again.</summary>
    public required byte[] Sealed { get; init; }

    /// <summary>What people call it.</summary>
    public required string Label { get; init; }

    public string? Thing { get; init; }

    public required bool IsActive { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>To the hour; null: not yet.</summary>
    public DateTimeOffset? UsedAt { get; init; }

    public string PrincipalId => $"key/{Id}";

    /// <summary>What its seal is bound to.</summary>
    public string Place => PlaceOf(Id);

    public static string PlaceOf(string id) => $"access-key\n{id}";

    public Principal ToPrincipal() => new() { Kind = PrincipalKind.AccessKey, Name = Id, Thing = Thing };
}
