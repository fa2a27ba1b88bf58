namespace Roost.Identity.Things;

internal sealed record TypeRecord(string Name, string Description, DateTimeOffset CreatedAt);
