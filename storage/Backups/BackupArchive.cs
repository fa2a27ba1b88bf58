using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Roost.Storage.Backups;

/// <summary>
/// A backup as one file: a tar with the manifest first, then the files of each part, and last the SHA-256 of all of them, by which
/// anything that is missing or changed shows. See docs/formats/backup.md.
/// </summary>
public static class BackupArchive
{
    public const string ManifestName = "roost-backup.json";
    public const string ChecksumsName = "SHA256SUMS";
    private const int MostTextBytes = 1024 * 1024;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // keys are among them

    /// <param name="folder">Holds a folder for each part of the manifest.</param>
    /// <param name="target">Is written forward only, and not closed.</param>
    public static async Task WriteAsync(BackupManifest manifest, string folder, Stream target, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(target, TarEntryFormat.Ustar, leaveOpen: true);
        var sums = new StringBuilder();
        await AddAsync(ManifestName, new MemoryStream(manifest.ToBytes()));
        foreach (var part in manifest.Parts)
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, part.Name)).Order(StringComparer.Ordinal))
            {
                await AddAsync($"{part.Name}/{Path.GetFileName(file)}", File.OpenRead(file));
            }
        }

        await tar.WriteEntryAsync(Entry(ChecksumsName, new MemoryStream(Encoding.ASCII.GetBytes(sums.ToString()))), cancellationToken);

        async Task AddAsync(string name, Stream content)
        {
            await using (content)
            {
                sums.Append(Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken))).Append("  ").Append(name).Append('\n');
                content.Position = 0;
                await tar.WriteEntryAsync(Entry(name, content), cancellationToken);
            }
        }

        TarEntry Entry(string name, Stream content) => new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = Mode, ModificationTime = manifest.Created };
    }

    /// <summary>Takes a backup apart, and compares every byte with its checksum.</summary>
    /// <param name="source">Is read forward only.</param>
    /// <param name="folder">Empty; gets a folder for each part.</param>
    /// <exception cref="BackupException">It is no backup, one of a newer Roost, damaged, or cut off.</exception>
    public static async Task<BackupManifest> ExtractAsync(Stream source, string folder, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        BackupManifest? manifest = null;
        string? sums = null;
        try
        {
            await using var tar = new TarReader(source, leaveOpen: true);
            while (sums is null && await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                var content = entry.DataStream ?? Stream.Null;
                if (manifest is null && entry.Name != ManifestName)
                {
                    throw new BackupException("it is no backup of Roost");
                }

                if (entry.Name is ManifestName or ChecksumsName)
                {
                    var text = await ReadAsync(content, cancellationToken);
                    (manifest, sums) = entry.Name == ManifestName ? (BackupManifest.Read(text), sums) : (manifest, Encoding.ASCII.GetString(text));
                    found[entry.Name] = Convert.ToHexStringLower(SHA256.HashData(text));
                }
                else
                {
                    found[entry.Name] = await ExtractAsync(entry.Name, content, manifest!, folder, cancellationToken);
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new BackupException(manifest is null ? "it is no backup of Roost" : "it is damaged or cut off", exception);
        }

        Compare(found, sums ?? throw new BackupException(manifest is null ? "it is no backup of Roost" : "it is cut off"));
        return manifest!;
    }

    private static async Task<string> ExtractAsync(string name, Stream content, BackupManifest manifest, string folder, CancellationToken cancellationToken)
    {
        // A file of a part, and nothing else: no name leads out of the folder.
        if (name.Split('/') is not [var part, { Length: > 0 } file] || file is "." or ".." || part is "" or "." or ".." || manifest.Parts.All(known => known.Name != part))
        {
            throw new BackupException($"it holds '{name}', which belongs to no part of it");
        }

        Directory.CreateDirectory(Path.Combine(folder, part));
        await using var target = new FileStream(Path.Combine(folder, part, file), FileMode.CreateNew, FileAccess.ReadWrite);
        await content.CopyToAsync(target, cancellationToken);
        target.Position = 0;
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(target, cancellationToken));
    }

    private static void Compare(Dictionary<string, string> found, string sums)
    {
        found.Remove(ChecksumsName);
        foreach (var line in sums.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split("  ") is not [var sum, var name] || !found.Remove(name, out var actual) || actual != sum)
            {
                throw new BackupException("it is damaged: its checksums do not match");
            }
        }

        if (found.Count > 0)
        {
            throw new BackupException($"it is damaged: '{found.Keys.First()}' has no checksum");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        if (content.Length > MostTextBytes)
        {
            throw new BackupException("it is damaged: a list in it is too long");
        }

        var bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
