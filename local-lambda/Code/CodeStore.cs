using Roost.Storage.Files;

namespace Roost.LocalLambda.Code;

/// <summary>
/// The code of all versions of all functions, each once, in a folder named by its SHA-256. A folder comes into being under another name, is
/// synced as a whole and then renamed: what has its name is complete, whenever the power fails. It is never written to again. Of code that came
/// as a zip, the zip stands beside the folder, as it was sent.
/// </summary>
internal sealed class CodeStore
{
    private const string Unfinished = ".new-";
    private const string Zip = ".zip";

    private readonly string _folder;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _leases = [];

    /// <summary>Where it is in the functions' data.</summary>
    public static string FolderIn(string dataFolder) => Path.Combine(dataFolder, "code");

    public CodeStore(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var path in Directory.EnumerateDirectories(_folder, Unfinished + "*"))
        {
            Directory.Delete(path, recursive: true); // of a daemon that was killed
        }

        foreach (var path in Directory.EnumerateFiles(_folder, "*" + Zip).Where(path => !Directory.Exists(path[..^Zip.Length])))
        {
            File.Delete(path); // likewise
        }
    }

    /// <summary>Nobody holds some code any more: if no version refers to it, a sweep would remove it. Called on any thread.</summary>
    public Action? Released { get; set; }

    /// <summary>Stores what <paramref name="fill"/> puts into the empty folder it is given; code that is there already is not stored again.</summary>
    /// <param name="fill">Returns the SHA-256 of the code in base64 and its size in bytes. What it throws is passed on, and nothing is left behind.</param>
    /// <param name="zip">A file of <see cref="NewZip"/> that the code comes from, to be kept too; null for none.</param>
    public async Task<CodePackage> AddAsync(Func<string, Task<(string Sha256, long Bytes)>> fill, string? zip = null)
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
                if (zip is not null)
                {
                    File.Move(zip, folder + Zip, overwrite: true); // before the folder, whose name says that all is there
                }

                MoveUnlessThere(unfinished, folder);
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

    /// <summary>A path for a zip that is being received. Its file is the caller's to remove, if <see cref="AddAsync"/> does not take it.</summary>
    public string NewZip() => Path.Combine(_folder, Unfinished + Guid.NewGuid().ToString("N") + Zip);

    /// <returns>The zip that the code was sent as; null when it came from a folder.</returns>
    public string? ZipOf(string sha256) => PathOf(sha256) + Zip is var path && File.Exists(path) ? path : null;

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

    /// <summary>Whether <see cref="Find"/> would find it at this moment.</summary>
    public bool Has(string sha256) => Directory.Exists(PathOf(sha256));

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
                File.Delete(path + Zip);
                Directory.Delete(doomed, recursive: true);
            }
        }
    }

    internal void Release(string sha256)
    {
        lock (_gate)
        {
            if (--_leases[sha256] > 0)
            {
                return;
            }

            _leases.Remove(sha256);
        }

        Released?.Invoke();
    }

    private static void MoveUnlessThere(string unfinished, string folder)
    {
        try
        {
            Directory.Move(unfinished, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Somebody stored the same code in this moment.
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
