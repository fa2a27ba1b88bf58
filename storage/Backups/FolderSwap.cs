using System.Text.Json;
using Roost.Storage.Files;

namespace Roost.Storage.Backups;

/// <summary>
/// Replaces folders by others, all of them or none, whatever happens meanwhile: a mark on the disk says what is to be moved, and who finds
/// the mark finishes.
/// </summary>
public static class FolderSwap
{
    public const string MarkName = "restore.json";

    /// <summary>From here on the staged folders are the ones that count. They are synced first.</summary>
    /// <param name="markFolder">Where the mark is kept; <see cref="Finish"/> looks for it there.</param>
    public static void Commit(string markFolder, IReadOnlyList<FolderMove> moves)
    {
        foreach (var move in moves)
        {
            SyncTree(move.Staged);
            DiskFile.SyncFolder(Path.GetDirectoryName(move.Staged)!);
        }

        var mark = Path.Combine(markFolder, MarkName);
        using (var file = new FileStream(mark + ".tmp", FileMode.Create, FileAccess.Write))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(moves));
            file.Flush(flushToDisk: true);
        }

        File.Move(mark + ".tmp", mark, overwrite: true);
        DiskFile.SyncFolder(markFolder);
        Finish(markFolder, [.. moves.Select(move => move.Target)]);
    }

    /// <summary>Does what is left to do of a swap that was cut short. Cheap where there is none.</summary>
    /// <param name="targets">The folders that may be replaced: who can write the mark must not have others moved by who finds it.</param>
    /// <returns>False where there is none.</returns>
    /// <exception cref="IOException">A folder cannot be moved; the mark stays, and nothing is lost.</exception>
    /// <exception cref="BackupException">The mark is none of a restore of these folders; nothing was moved.</exception>
    public static bool Finish(string markFolder, IReadOnlyCollection<string> targets)
    {
        var mark = Path.Combine(markFolder, MarkName);
        if (!File.Exists(mark))
        {
            return false;
        }

        foreach (var move in Read(mark, targets))
        {
            Do(move);
        }

        File.Delete(mark);
        DiskFile.SyncFolder(markFolder);
        return true;
    }

    private static FolderMove[] Read(string mark, IReadOnlyCollection<string> targets)
    {
        try
        {
            var moves = JsonSerializer.Deserialize<FolderMove?[]>(File.ReadAllBytes(mark)) ?? [];
            return moves.FirstOrDefault(move => move?.IsWithin(targets) != true) is { } stray
                ? throw new BackupException($"{mark} says that {stray.Staged} takes the place of {stray.Target}, which no restore does here; where the configuration names other folders since, put them back, else remove {mark}")
                : [.. moves.Select(move => move ?? throw new JsonException())];
        }
        catch (JsonException exception)
        {
            throw new BackupException($"{mark} is none that a restore has left; remove it", exception);
        }
    }

    private static void Do(FolderMove move)
    {
        if (!Directory.Exists(move.Staged))
        {
            return; // it has taken its place already
        }

        var parent = Path.GetDirectoryName(move.Target)!;
        if (Directory.Exists(move.Target))
        {
            Directory.Move(move.Target, move.Aside);
            DiskFile.SyncFolder(parent);
        }

        Directory.Move(move.Staged, move.Target);
        DiskFile.SyncFolder(parent);
    }

    private static void SyncTree(string folder)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(static entry => entry.LinkTarget is null)) // what a link leads to is not of the tree
        {
            if (entry is DirectoryInfo)
            {
                SyncTree(entry.FullName);
                continue;
            }

            using var handle = DiskFile.OpenWrite(entry.FullName, FileMode.Open);
            DiskFile.SyncData(handle);
        }

        DiskFile.SyncFolder(folder);
    }
}
