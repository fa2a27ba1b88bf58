namespace Roost.Storage.Backups;

/// <param name="Target">The folder that is replaced; may be missing.</param>
/// <param name="Staged">The one that takes its place, beside it.</param>
/// <param name="Aside">Where the present one is kept, beside it.</param>
public sealed record FolderMove(string Target, string Staged, string Aside);
