using System.Text;

namespace Roost.LocalLambda.Code.Zip;

/// <summary>The files and folders that a zip makes, to find before anything is unpacked what cannot stand side by side.</summary>
internal sealed class ZipTree
{
    /// <summary>Of all paths together: what they take of the memory.</summary>
    private const int MaxNameBytes = 16 * 1024 * 1024;

    private readonly Dictionary<string, ZipEntryKind> _kinds = new(StringComparer.Ordinal);
    private long _nameBytes;

    /// <returns>Null when it was added, else why it is refused.</returns>
    public string? Add(ZipEntry entry)
    {
        if (entry.Path.Length == 0)
        {
            return entry.Kind == ZipEntryKind.Folder ? null : "has the name of the folder that everything is in";
        }

        if (_kinds.TryGetValue(entry.Path, out var known))
        {
            return known == ZipEntryKind.Folder && entry.Kind == ZipEntryKind.Folder ? null : "is there twice, or as a file and a folder";
        }

        for (var slash = entry.Path.LastIndexOf('/'); slash > 0; slash = entry.Path.LastIndexOf('/', slash - 1))
        {
            var above = entry.Path[..slash];
            if (!_kinds.TryGetValue(above, out var kind))
            {
                Keep(above, ZipEntryKind.Folder);
            }
            else if (kind == ZipEntryKind.Folder)
            {
                break; // and so are those above it
            }
            else
            {
                return kind == ZipEntryKind.Link ? $"lies behind the symbolic link {above}" : $"lies in {above}, which is a file";
            }
        }

        Keep(entry.Path, entry.Kind);
        if (_kinds.Count > FolderCopy.MaxEntries)
        {
            return $"is one of more than {FolderCopy.MaxEntries} files and folders; leave out what the function does not need";
        }

        return _nameBytes > MaxNameBytes ? $"makes all names together longer than {MaxNameBytes >> 20} MiB" : null;
    }

    private void Keep(string path, ZipEntryKind kind)
    {
        _kinds.Add(path, kind);
        _nameBytes += Encoding.UTF8.GetByteCount(path);
    }
}
