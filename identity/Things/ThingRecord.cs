namespace Roost.Identity.Things;

/// <param name="DirectGroups">Those that it is in itself.</param>
internal sealed record ThingRecord(ThingDescription Description, IReadOnlyList<string> DirectGroups, DateTimeOffset CreatedAt);
