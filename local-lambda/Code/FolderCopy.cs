using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Code;

/// <summary>Copies a function's folder into the store, and computes its SHA-256 on the way: over names, links, who may execute, and contents. The <c>function.yaml</c> is no code.</summary>
internal static class FolderCopy
{
    public const int MaxEntries = 100_000;

    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <param name="maxBytes">Of all files together.</param>
    /// <exception cref="InvalidCodeException">It is too large, or holds what is neither file, folder nor symbolic link.</exception>
    public static async Task<(string Sha256, long Bytes)> FillAsync(string source, string target, long maxBytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        long total = 0;
        var entries = 0;

        foreach (var entry in FolderEntries.Of(source))
        {
            var name = Path.GetRelativePath(source, entry.FullName);
            if (name == FunctionFile.Name)
            {
                continue;
            }

            if (++entries > MaxEntries)
            {
                throw new InvalidCodeException($"{source} holds more than {MaxEntries} files and folders; leave out what the function does not need");
            }

            var path = Path.Combine(target, name);
            if (entry.LinkTarget is { } link)
            {
                Append(hash, $"link\0{name}\0{link}\0");
                File.CreateSymbolicLink(path, link);
            }
            else if (entry is DirectoryInfo)
            {
                Append(hash, $"folder\0{name}\0");
                Directory.CreateDirectory(path);
            }
            else if (!FileKind.IsRegular(entry.FullName))
            {
                throw new InvalidCodeException($"{entry.FullName} is a pipe, socket or device; a function's folder holds files, folders and symbolic links only");
            }
            else
            {
                var executable = (entry.UnixFileMode & AnyExecute) != UnixFileMode.None;
                var length = ((FileInfo)entry).Length;
                total += length;
                if (total > maxBytes)
                {
                    throw new InvalidCodeException($"{source} holds more than {maxBytes} bytes; leave out what the function does not need, or raise functions: max-code");
                }

                Append(hash, string.Create(CultureInfo.InvariantCulture, $"file\0{name}\0{executable}\0{length}\0"));
                await CopyAsync(entry.FullName, path, length, hash, buffer);
                File.SetUnixFileMode(path, executable ? ReadOnly | AnyExecute : ReadOnly);
            }
        }

        return (Convert.ToBase64String(hash.GetHashAndReset()), total);
    }

    private static async Task CopyAsync(string source, string target, long length, IncrementalHash hash, byte[] buffer)
    {
        await using var from = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        await using var to = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        long copied = 0;
        while (await from.ReadAsync(buffer) is var read and > 0)
        {
            copied += read;
            if (copied > length)
            {
                break;
            }

            hash.AppendData(buffer, 0, read);
            await to.WriteAsync(buffer.AsMemory(0, read));
        }

        if (copied != length)
        {
            throw new InvalidCodeException($"{source} was changed while it was read; deploy it again when it is complete");
        }
    }

    private static void Append(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));
}
