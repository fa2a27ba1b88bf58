using System.Text;
using Roost.Identity.Store;
using Roost.Storage.Files;

namespace Roost.Identity.Secrets;

/// <summary>
/// Keys in a file: each on a line of its own in base64, or one of 32 bytes as they are. The first one seals; the others only open what they sealed,
/// until all of it is sealed anew.
/// </summary>
internal static class SealingKeyFile
{
    private const int MostBytes = 4096;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <returns>Null: there is no such file.</returns>
    /// <exception cref="IdentityDamagedException">It is there and holds no key.</exception>
    public static IReadOnlyList<SealingKey>? TryRead(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IdentityDamagedException($"The secrets' key {path} cannot be used: {exception.Message.TrimEnd('.')}. It has to be its daemon's alone: {KeyFiles.Remedy(path)}");
        }

        if (bytes.Length == SealingKey.Bytes)
        {
            return [new SealingKey(bytes)];
        }

        var lines = bytes.Length > MostBytes ? [] : Encoding.ASCII.GetString(bytes).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var keys = lines.Select(TryParse).ToList();
        return keys.Count > 0 && keys.All(key => key is not null)
            ? [.. keys.Select(key => key!)]
            : throw new IdentityDamagedException($"The secrets' key {path} cannot be used: it holds something else than lines of 32 bytes in base64. Restore it from a backup, or make one with: head -c 32 /dev/urandom | base64");
    }

    /// <summary>Replaces the file as a whole; on the disk when it returns. The owner alone may read it.</summary>
    public static void Write(string path, IReadOnlyList<SealingKey> keys)
    {
        var unfinished = path + ".new";
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(Encoding.ASCII.GetBytes(string.Concat(keys.Select(key => key.ToBase64() + "\n"))));
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
        FileSystemSync.Entries(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static SealingKey? TryParse(string line)
    {
        var bytes = new byte[SealingKey.Bytes + 1];
        return Convert.TryFromBase64String(line, bytes, out var length) && length == SealingKey.Bytes ? new SealingKey(bytes.AsSpan(0, length)) : null;
    }
}
