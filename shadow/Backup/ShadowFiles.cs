using Roost.Shadow.Journal;
using Roost.Shadow.Store;
using Roost.Storage.Backups;

namespace Roost.Shadow.Backup;

/// <summary>The shadows' files, as a daemon that has ended leaves them.</summary>
internal static class ShadowFiles
{
    public static bool Exist(string folder) =>
        File.Exists(Path.Combine(folder, ShadowTable.FileName)) || Directory.Exists(Path.Combine(folder, ShadowJournal.FolderName));

    /// <summary>The table with its write-ahead log; the index of that is made anew.</summary>
    public static void CopyTable(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var name in new[] { ShadowTable.FileName, ShadowTable.FileName + "-wal" }.Where(name => File.Exists(Path.Combine(from, name))))
        {
            File.Copy(Path.Combine(from, name), Path.Combine(to, name));
        }
    }

    /// <summary>What else lies there and is not made by a restore: what the sync with an upstream knows, for instance.</summary>
    public static void CopyOthers(string from, string to)
    {
        var own = new[] { ShadowTable.FileName, ShadowTable.FileName + "-wal", ShadowJournal.FolderName };
        FolderCopy.Copy(from, to, name => own.Contains(name, StringComparer.Ordinal) || name.EndsWith("-shm", StringComparison.Ordinal) || name.EndsWith(".reserve", StringComparison.Ordinal)); // made anew by who opens the database
    }

    /// <summary>Segments and the positions of exports; a lock is its owner's.</summary>
    public static void CopyJournal(string from, string to)
    {
        var (source, target) = (Path.Combine(from, ShadowJournal.FolderName), Path.Combine(to, ShadowJournal.FolderName));
        if (!Directory.Exists(source))
        {
            return;
        }

        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
