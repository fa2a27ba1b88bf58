using System.Globalization;

namespace Roost.Gateway.Hosting;

/// <summary>
/// Keeps a second daemon away from the same data. The kernel holds the lock for the life of the process, so that none is left behind by
/// <c>kill -9</c>; the file beside it only tells who holds it.
/// </summary>
internal sealed class DataFolderLock : IDisposable
{
    public const string FileName = "roostd.lock";

    private readonly FileStream _lock;
    private readonly string _ownerFile;

    private DataFolderLock(FileStream held, string ownerFile) => (_lock, _ownerFile) = (held, ownerFile);

    /// <param name="isOffline">For work on the data of a daemon that has to be stopped: other remedies than for a daemon that starts.</param>
    /// <exception cref="StartRefusedException">The folder cannot be made or written, or another daemon works on it.</exception>
    public static DataFolderLock Take(string folder, bool isOffline = false)
    {
        var ownerFile = Path.Combine(folder, "roostd.pid");
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
            var held = Open(Path.Combine(folder, FileName)) ?? throw new StartRefusedException(isOffline
                ? $"roostd{Owner(ownerFile)} works on {folder} now: stop it first; where it is the service, with 'sudo systemctl stop roost'"
                : $"another roostd{Owner(ownerFile)} already works on {folder}; stop it, or give this one a folder of its own with --data");
            TellOwner(ownerFile);
            return new DataFolderLock(held, ownerFile);
        }
        catch (UnauthorizedAccessException) when (isOffline && UserAccount.OfOwner(folder) is { } owner)
        {
            throw new StartRefusedException($"{folder} belongs to {owner}, and this user may not write there: use sudo");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"the data folder {folder} cannot be used: {exception.Message.TrimEnd('.')}; choose one that this user can write with --data or `data:`");
        }
    }

    public void Dispose()
    {
        File.Delete(_ownerFile);
        _lock.Dispose(); // the file stays: deleting it would let two daemons lock two files of one name
    }

    private static void TellOwner(string file)
    {
        const int NoSpace = 28;
        try
        {
            File.Delete(file); // whatever it is: writing would go through a link
            using var made = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            made.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
        }
        catch (IOException exception) when (exception.HResult == NoSpace)
        {
            // A full disk is no reason not to serve what can be served; only the message to a second daemon is the poorer for it.
        }
    }

    /// <returns>Null when someone else holds it: the framework takes flock(2) for <see cref="FileShare.None"/>.</returns>
    private static FileStream? Open(string path)
    {
        const int WouldBlock = 11;
        if (new FileInfo(path).LinkTarget is not null)
        {
            throw new IOException($"{path} is a link, through which no lock is taken: remove it");
        }

        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.HResult == WouldBlock)
        {
            return null;
        }
    }

    private static string Owner(string file) =>
        File.Exists(file) && int.TryParse(File.ReadAllText(file).TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? string.Create(CultureInfo.InvariantCulture, $" (pid {pid})") : "";
}
