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
        Finish(markFolder);
    }

    /// <summary>Does what is left to do of a swap that was cut short. Cheap where there is none.</summary>
    /// <returns>False where there is none.</returns>
    /// <exception cref="IOException">A folder cannot be moved; the mark stays, and nothing is lost.</exception>
    public static bool Finish(string markFolder)
    {
        var mark = Path.Combine(markFolder, MarkName);
        if (!File.Exists(mark))
        {
            return false;
        }

        foreach (var move in JsonSerializer.Deserialize<FolderMove[]>(File.ReadAllBytes(mark))!)
        {
            Do(move);
        }

        File.Delete(mark);
        DiskFile.SyncFolder(markFolder);
        return true;
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
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            using var handle = DiskFile.OpenWrite(file, FileMode.Open);
            DiskFile.SyncData(handle);
        }

        foreach (var inner in Directory.EnumerateDirectories(folder))
        {
            SyncTree(inner);
        }

        DiskFile.SyncFolder(folder);
    }
}
