using System.ComponentModel;
using System.IO.Enumeration;
using System.Runtime.InteropServices;

namespace Roost.LocalLambda.Workers.Spares;

/// <summary>
/// Puts a function's code into the folder that a running spare has mounted: by hard links, which take no time and no room. The code is never
/// written to, neither in the store nor, read-only as it is mounted, from inside.
/// </summary>
internal static partial class Staging
{
    private static readonly EnumerationOptions s_everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>Of code that is linked in time: some 10 microseconds each. More is mounted by a start of its own.</summary>
    public const int MaxEntries = 500;

    public static bool Fits(string code) => Entries(code).Take(MaxEntries + 1).Count() <= MaxEntries;

    /// <exception cref="Win32Exception">A file cannot be linked: the folders are on two file systems.</exception>
    public static void Fill(string code, string folder)
    {
        // Parents come before what is in them, and a link to a folder as the link it is.
        foreach (var entry in Entries(code).OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            var path = Path.Combine(folder, Path.GetRelativePath(code, entry.FullName));
            if (entry.LinkTarget is { } target)
            {
                File.CreateSymbolicLink(path, target);
            }
            else if (entry is DirectoryInfo)
            {
                Directory.CreateDirectory(path);
            }
            else if (Link(entry.FullName, path) != 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            }
        }
    }

    private static FileSystemEnumerable<FileSystemInfo> Entries(string folder) =>
        new(folder, static (ref FileSystemEntry entry) => entry.ToFileSystemInfo(), s_everything)
        {
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string added);
}
