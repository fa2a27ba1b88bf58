using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Roost.LocalLambda.Code;

/// <summary>Tells without reading the files whether a folder has changed: names, sizes, times and modes of all that is in it.</summary>
internal static class FolderSignature
{
    public static string Of(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in FolderEntries.Of(folder))
        {
            var size = entry is FileInfo { LinkTarget: null } file ? file.Length : 0;
            var time = entry is DirectoryInfo ? 0 : entry.LastWriteTimeUtc.Ticks;
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{Path.GetRelativePath(folder, entry.FullName)}\0{size}\0{time}\0{(int)entry.UnixFileMode}\0{entry.LinkTarget}\0")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
