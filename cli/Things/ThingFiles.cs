using System.Text;
using Roost.Cli.Daemon;

namespace Roost.Cli.Things;

/// <summary>
/// The files that a thing is given: its certificate, its key, and the gateway's CA. They are opened before the daemon is asked for anything: a key that finds no place is lost.
/// </summary>
internal sealed class ThingFiles : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly List<FileStream> _open = [];
    private readonly string _folder;
    private readonly string _name;
    private readonly bool _madeFolder;
    private bool _isWritten;

    private ThingFiles(string folder, string name, bool withKey)
    {
        (_folder, _name) = (folder, name);
        try
        {
            _madeFolder = !Directory.Exists(folder);
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            foreach (var path in withKey ? [Certificate, Authority, Key] : new[] { Certificate, Authority })
            {
                _open.Add(new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new DaemonException(
                File.Exists(Certificate) || File.Exists(Key) || File.Exists(Authority)
                    ? $"there are files of {name} in {folder} already, and they are not replaced; name another folder with --out"
                    : $"{folder}: {exception.Message.TrimEnd('.')}; name another folder with --out",
                exception);
        }
    }

    public string Certificate => Path.Combine(_folder, FileName(_name) + ".crt");

    public string Key => Path.Combine(_folder, FileName(_name) + ".key");

    public string Authority => Path.Combine(_folder, "ca.crt");

    /// <param name="withKey">False: whoever made the signing request has it.</param>
    /// <exception cref="DaemonException">They cannot be written there, or are there already.</exception>
    public static ThingFiles Open(string folder, string name, bool withKey) => new(folder, name, withKey);

    /// <summary>A thing's name as a file's: a colon is a drive's on some sticks.</summary>
    public static string FileName(string name) => name.Replace(':', '_');

    /// <param name="key">Null: there is none.</param>
    public void Write(string certificate, string authority, string? key)
    {
        foreach (var (file, text) in _open.Zip([certificate, authority, key ?? ""]))
        {
            file.Write(Encoding.ASCII.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        _isWritten = true;
    }

    /// <summary>Removes what was not written.</summary>
    public void Dispose()
    {
        foreach (var file in _open)
        {
            file.Dispose();
            if (!_isWritten)
            {
                File.Delete(file.Name);
            }
        }

        if (!_isWritten && _madeFolder && Directory.Exists(_folder) && !Directory.EnumerateFileSystemEntries(_folder).Any())
        {
            Directory.Delete(_folder);
        }
    }
}
