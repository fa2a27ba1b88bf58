namespace Roost.LocalLambda.Queue;

/// <summary>The folders of the functions' queues: one for each function that has events.</summary>
internal static class QueueFolders
{
    // No function's name holds a point.
    private const string RemovedExtension = ".removed";

    /// <summary>Names of the functions that have one.</summary>
    public static IEnumerable<string> List(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)).Where(name => !name.Contains('.')) : [];

    /// <summary>Half a queue is damage, so it goes with one rename; a crash leaves what <see cref="Sweep"/> removes.</summary>
    public static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            var removed = $"{folder}{RemovedExtension}-{Guid.NewGuid():N}";
            Directory.Move(folder, removed);
            Directory.Delete(removed, recursive: true);
        }
    }

    /// <summary>Removes what is left of queues that were being removed.</summary>
    public static void Sweep(string folder)
    {
        if (Directory.Exists(folder))
        {
            foreach (var removed in Directory.EnumerateDirectories(folder, "*" + RemovedExtension + "-*"))
            {
                Directory.Delete(removed, recursive: true);
            }
        }
    }
}
