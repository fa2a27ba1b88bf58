namespace Roost.Storage.Backups;

/// <param name="Format">Version of the part's own format.</param>
/// <param name="Remark">What an operator has to know; null when there is nothing.</param>
public sealed record BackupManifestPart(string Name, int Format, string? Remark = null);
