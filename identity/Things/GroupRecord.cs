namespace Roost.Identity.Things;

/// <param name="Parent">Null: it is in none.</param>
internal sealed record GroupRecord(string Name, string? Parent, string Description, DateTimeOffset CreatedAt);
