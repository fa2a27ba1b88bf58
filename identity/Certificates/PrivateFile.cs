using System.Text;
using Roost.Storage.Backups;

namespace Roost.Identity.Certificates;

/// <summary>A file that the daemon's user alone may read; there as a whole or not at all, after a power cut too.</summary>
internal static class PrivateFile
{
    public static Task WriteAsync(string path, string text) => BackupFile.WriteAsync(path, replace: true, stream => stream.WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask());

    /// <summary>Removes what a kill has left half-written.</summary>
    public static void Tidy(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.pem.*.tmp"))
        {
            File.Delete(file);
        }
    }
}
