using Roost.Storage.Files;

namespace Roost.LocalLambda.Code;

/// <summary>
/// The code of all versions of all functions, each once, in a folder named by its SHA-256. A folder comes into being under another name, is
/// synced as a whole and then renamed: what has its name is complete, whenever the power fails. It is never written to again.
/// </summary>
internal sealed class CodeStore
{
    private const string Unfinished = ".new-";

    private readonly string _folder;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _leases = [];

    public CodeStore(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var path in Directory.EnumerateDirectories(_folder, Unfinished + "*"))
        {
            Directory.Delete(path, recursive: true); // of a daemon that was killed
        }
    }

    /// <summary>Stores what <paramref name="fill"/> puts into the empty folder it is given; code that is there already is not stored again.</summary>
    /// <param name="fill">Returns the SHA-256 of the code in base64 and its size in bytes. What it throws is passed on, and nothing is left behind.</param>
    public async Task<CodePackage> AddAsync(Func<string, Task<(string Sha256, long Bytes)>> fill)
    {
        var unfinished = Path.Combine(_folder, Unfinished + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(unfinished);
        try
        {
            var (sha256, bytes) = await fill(unfinished);
            var folder = PathOf(sha256);
            var package = Lease(sha256, bytes);
            if (!Directory.Exists(folder))
            {
                FileSystemSync.All(unfinished);
                Directory.Move(unfinished, folder);
                FileSystemSync.Entries(_folder);
            }

            return package;
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    /// <returns>Null when the store does not have it.</returns>
    public CodePackage? Find(string sha256, long bytes)
    {
        var package = Lease(sha256, bytes);
        if (Directory.Exists(package.Folder))
        {
            return package;
        }

        package.Dispose();
        return null;
    }

    public string PathOf(string sha256) => Path.Combine(_folder, Convert.ToHexStringLower(Convert.FromBase64String(sha256)));

    /// <summary>Removes what no version refers to and nobody holds.</summary>
    public void Sweep(IEnumerable<string> referenced)
    {
        var kept = referenced.Select(PathOf).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateDirectories(_folder).Where(path => !Path.GetFileName(path).StartsWith(Unfinished, StringComparison.Ordinal) && !kept.Contains(path)))
        {
            lock (_gate)
            {
                if (_leases.Keys.Any(sha256 => PathOf(sha256) == path))
                {
                    continue;
                }

                var doomed = Path.Combine(_folder, Unfinished + Guid.NewGuid().ToString("N")); // from here on it has no name to be found by
                Directory.Move(path, doomed);
                Directory.Delete(doomed, recursive: true);
            }
        }
    }

    internal void Release(string sha256)
    {
        lock (_gate)
        {
            if (--_leases[sha256] == 0)
            {
                _leases.Remove(sha256);
            }
        }
    }

    private CodePackage Lease(string sha256, long bytes)
    {
        lock (_gate)
        {
            _leases[sha256] = _leases.GetValueOrDefault(sha256) + 1;
        }

        return new CodePackage(this, sha256, bytes, PathOf(sha256));
    }
}
