namespace Roost.Shadow.Store;

/// <summary>A row with its key as it stands in the table: of a damaged row it may name no shadow.</summary>
internal sealed record ScannedRow(string Thing, string Name, ShadowRow Row);
