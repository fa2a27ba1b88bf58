using System.IO.Compression;
using Roost.Cli.Daemon;

namespace Roost.Cli.Input;

/// <summary>A function's folder as a zip: the same folder gives the same bytes, whenever it is packed, so that the daemon knows what it has already.</summary>
internal static class FolderZip
{
    private const int RegularFile = 0x8000; // S_IFREG and S_IFLNK of the mode in the upper half of a zip's external attributes
    private const int SymbolicLink = 0xA000;
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly DateTimeOffset s_always = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // the first that a zip can say

    /// <summary>Packs everything but what editors and version control leave behind. Symbolic links stay links, and who may execute is kept.</summary>
    /// <param name="target">Can seek; is left at its end.</param>
    /// <exception cref="DaemonException">Something in the folder cannot be read or packed.</exception>
    public static async Task WriteAsync(string folder, Stream target, CancellationToken cancellationToken)
    {
        try
        {
            await using var zip = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
            foreach (var entry in EntriesOf(new DirectoryInfo(folder)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await AddAsync(zip, entry, Path.GetRelativePath(folder, entry.FullName), cancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException($"{folder} cannot be packed: {exception.Message}", exception);
        }
    }

    private static IEnumerable<FileSystemInfo> EntriesOf(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(entry => !IsPassing(entry.Name)).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            yield return entry;
            if (entry is DirectoryInfo { LinkTarget: null } below)
            {
                foreach (var deeper in EntriesOf(below))
                {
                    yield return deeper;
                }
            }
        }
    }

    private static async Task AddAsync(ZipArchive zip, FileSystemInfo entry, string name, CancellationToken cancellationToken)
    {
        if (entry.LinkTarget is { } link)
        {
            var packed = zip.CreateEntry(name);
            (packed.LastWriteTime, packed.ExternalAttributes) = (s_always, (SymbolicLink | 0x1FF) << 16);
            await using var content = await packed.OpenAsync(cancellationToken);
            await content.WriteAsync(System.Text.Encoding.UTF8.GetBytes(link), cancellationToken);
        }
        else if (entry is DirectoryInfo)
        {
            zip.CreateEntry($"{name}/").LastWriteTime = s_always;
        }
        else
        {
            var packed = zip.CreateEntry(name);
            var mode = (entry.UnixFileMode & AnyExecute) != UnixFileMode.None ? 0x1ED : 0x1A4; // 0755, 0644
            (packed.LastWriteTime, packed.ExternalAttributes) = (s_always, (RegularFile | mode) << 16);
            await using var from = new FileStream(entry.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await using var content = await packed.OpenAsync(cancellationToken);
            await from.CopyToAsync(content, cancellationToken);
        }
    }

    /// <summary>As the daemon has it for the functions' folder: docs/functions.md, Deploying.</summary>
    private static bool IsPassing(string name) =>
        name is ".git" or ".svn" or ".hg" or "4913"
        || name.EndsWith('~')
        || (name.StartsWith('#') && name.EndsWith('#'))
        || name.StartsWith(".#", StringComparison.Ordinal)
        || name.StartsWith(".goutputstream-", StringComparison.Ordinal)
        || (name.StartsWith('.') && (name.EndsWith(".swp", StringComparison.Ordinal) || name.EndsWith(".swo", StringComparison.Ordinal) || name.EndsWith(".swx", StringComparison.Ordinal)));
}
