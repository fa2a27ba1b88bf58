using Roost.Cli.Daemon;

namespace Roost.Cli.Provisioning;

/// <summary>A claim's files in a folder: <c>claim.crt</c>, <c>claim.key</c>, which its owner alone reads, and <c>ca.crt</c>. None that is there is written over.</summary>
internal sealed class ClaimFiles(string folder) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private FileStream? _key; // stays open: in a folder that others may write, the name could stand for another's file by the time the key is there

    public string Certificate { get; } = Path.Combine(folder, "claim.crt");

    public string Key { get; } = Path.Combine(folder, "claim.key");

    public string Authority { get; } = Path.Combine(folder, "ca.crt");

    /// <summary>To be called before anything is asked of the daemon: a certificate whose key has no place would be lost.</summary>
    /// <exception cref="DaemonException">A file is there already, or cannot be written.</exception>
    public void Prepare()
    {
        if (new[] { Certificate, Key, Authority }.FirstOrDefault(File.Exists) is { } existing)
        {
            throw new DaemonException($"{existing} is there already; give another folder with --out, or move it away.");
        }

        try
        {
            Directory.CreateDirectory(folder);
            _key = Create(Key);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException($"{folder} cannot be written: {exception.Message}", exception);
        }
    }

    public void Write(string certificate, string key, string authority)
    {
        using (var writer = new StreamWriter(_key!))
        {
            writer.Write(key);
        }

        WriteNew(Certificate, certificate);
        WriteNew(Authority, authority);
    }

    /// <summary>Takes back what <see cref="Prepare"/> made.</summary>
    public void Abandon()
    {
        Dispose();
        File.Delete(Key);
    }

    public void Dispose() => _key?.Dispose();

    private static void WriteNew(string path, string text)
    {
        using var writer = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write));
        writer.Write(text);
    }

    private static FileStream Create(string path) => new(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
}
