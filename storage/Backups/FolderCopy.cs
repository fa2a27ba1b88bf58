namespace Roost.Storage.Backups;

/// <summary>Copies what lies in a folder beside what a restore makes. A link stays a link: what it leads to may be nobody's business here, or the whole machine.</summary>
public static class FolderCopy
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <param name="from">Nothing is copied where it is missing.</param>
    /// <param name="to">Made where it is missing; has nothing of the same names.</param>
    /// <param name="isLeftOut">Gets paths relative to <paramref name="from"/>, of files, folders and links.</param>
    public static void Copy(string from, string to, Func<string, bool> isLeftOut)
    {
        if (Directory.Exists(from))
        {
            Copy(new DirectoryInfo(from), to, "", isLeftOut);
        }
    }

    private static void Copy(DirectoryInfo from, string to, string path, Func<string, bool> isLeftOut)
    {
        Directory.CreateDirectory(to, OwnerOnly);
        foreach (var entry in from.EnumerateFileSystemInfos())
        {
            var (inner, copy) = (Path.Combine(path, entry.Name), Path.Combine(to, entry.Name));
            if (isLeftOut(inner))
            {
                continue;
            }

            if (entry.LinkTarget is { } target)
            {
                File.CreateSymbolicLink(copy, target);
            }
            else if (entry is DirectoryInfo folder)
            {
                Copy(folder, copy, inner, isLeftOut);
            }
            else
            {
                File.Copy(entry.FullName, copy);
            }
        }
    }
}
