using Roost.LocalLambda.Code;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Sources;
using Roost.Storage.Upgrades;

namespace Roost.LocalLambda;

/// <summary>What the room keeps, for an upgrade.</summary>
public static class FunctionDatabases
{
    public static IEnumerable<UpgradedDatabase> Of(FunctionOptions options) =>
    [
        new(Path.Combine(options.DataFolder, FunctionStore.FileName), FunctionStore.Migrations),
        new(Path.Combine(options.DataFolder, SourceStore.FileName), SourceStore.Migrations),
    ];

    /// <summary>Folders with logs in or below them; the functions' code, which may be thousands of files, is not among them.</summary>
    public static IEnumerable<string> LogFolders(FunctionOptions options) =>
        Directory.Exists(options.DataFolder) ? Directory.EnumerateDirectories(options.DataFolder).Where(folder => folder != CodeStore.FolderIn(options.DataFolder)) : [];
}
