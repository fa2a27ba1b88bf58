using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Roost.Cli.Output;

namespace Roost.Cli.Daemon;

/// <summary>A backup on its way into a file, which is there whole and checked, or not at all.</summary>
internal static class BackupDownload
{
    /// <summary>Writes beside <paramref name="path"/> under a temporary name, checks every file of it, syncs, and renames.</summary>
    /// <param name="replace">An older file of that name is replaced; else it stays, and this fails.</param>
    /// <returns>Its size in bytes, and what the daemon remarked on the data in it.</returns>
    /// <exception cref="DaemonException">It did not come whole, or cannot be written.</exception>
    public static async Task<(long Bytes, IReadOnlyList<string> Remarks)> SaveAsync(Stream backup, string path, bool replace, CancellationToken cancellationToken)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp"; // a name that nobody can have put there before
        try
        {
            IReadOnlyList<string> remarks;
            await using (var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                await backup.CopyToAsync(file, cancellationToken);
                file.Position = 0;
                remarks = await ReadWholeAsync(file, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: replace);
            FolderSync.Sync(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return (new FileInfo(path).Length, remarks);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DaemonException($"backup: {path}: this user may not write into {Path.GetDirectoryName(Path.GetFullPath(path))}; choose another folder, or use sudo. Nothing was left behind", exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or InvalidDataException)
        {
            throw new DaemonException($"backup to {path}: {exception.Message.Replace(temporary, path, StringComparison.Ordinal).TrimEnd('.')}; nothing was left behind", exception);
        }
        finally
        {
            Remove(temporary);
        }
    }

    // What failed before it must be what is told: deleting fails too where the folder or the disk is gone.
    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It was never made, or went with its folder.
        }
    }

    /// <summary>The last file of a backup has the SHA-256 of all others; the first one tells what the daemon remarked.</summary>
    private static async Task<IReadOnlyList<string>> ReadWholeAsync(Stream file, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> remarks = [];
        await using var tar = new TarReader(file, leaveOpen: true);
        var sums = new List<string>();
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            var content = entry.DataStream ?? Stream.Null;
            if (entry.Name == "SHA256SUMS")
            {
                using var reader = new StreamReader(content);
                if ((await reader.ReadToEndAsync(cancellationToken)).TrimEnd('\n') == string.Join('\n', sums))
                {
                    return remarks;
                }

                break;
            }

            if (entry.Name == "roost-backup.json")
            {
                remarks = await RemarksInAsync(content, cancellationToken);
                content.Position = 0;
            }

            sums.Add($"{Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken))}  {entry.Name}");
        }

        throw new InvalidDataException("it did not come whole");
    }

    private static async Task<IReadOnlyList<string>> RemarksInAsync(Stream manifest, CancellationToken cancellationToken)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(manifest, cancellationToken: cancellationToken);
            return [.. Listing.Of(json.RootElement, "parts").Select(part => JsonText.Cell(part, "remark")).Where(remark => remark.Length > 0)];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException("its list of contents cannot be read", exception);
        }
    }
}
