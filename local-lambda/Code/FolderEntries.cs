using System.IO.Enumeration;

namespace Roost.LocalLambda.Code;

/// <summary>
/// All that is in a folder, in the order of the paths, but for <see cref="PassingFiles"/>. A link to a folder is an entry like others: what it leads to is
/// not gone into.
/// </summary>
internal static class FolderEntries
{
    private static readonly EnumerationOptions s_everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    public static IEnumerable<FileSystemInfo> Of(string folder) =>
        new FileSystemEnumerable<FileSystemInfo>(folder, static (ref FileSystemEntry entry) => entry.ToFileSystemInfo(), s_everything)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !PassingFiles.Has(entry.FileName),
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && !PassingFiles.Has(entry.FileName),
        }.OrderBy(entry => entry.FullName, StringComparer.Ordinal);
}
