namespace Roost.LocalLambda.Queue;

/// <summary>The folders of the functions' queues: one for each function that has events.</summary>
internal static class QueueFolders
{
    // No function's name holds a point.
    private const string RemovedExtension = ".removed";

    private const string SalvagedExtension = ".salvaged";

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

    /// <summary>Where what is sound of a damaged queue is put together before it takes its place.</summary>
    public static string SalvagedOf(string folder) => folder + SalvagedExtension;

    /// <summary>The damaged queue was set aside, and what was salvaged of it could not take its place yet: it does now.</summary>
    public static void Settle(string folder)
    {
        if (SalvagedOf(folder) is var salvaged && Directory.Exists(salvaged) && !Directory.Exists(folder))
        {
            Directory.Move(salvaged, folder);
        }
    }

    /// <summary>Removes what is left of queues that were being removed, and ends the salvage of those that a crash cut off.</summary>
    public static void Sweep(string folder)
    {
        if (Directory.Exists(folder))
        {
            foreach (var salvaged in Directory.EnumerateDirectories(folder, "*" + SalvagedExtension).ToList())
            {
                Settle(salvaged[..^SalvagedExtension.Length]);
                if (Directory.Exists(salvaged))
                {
                    Directory.Delete(salvaged, recursive: true); // half of it, perhaps: the damaged queue is still there
                }
            }

            foreach (var removed in Directory.EnumerateDirectories(folder, "*" + RemovedExtension + "-*"))
            {
                Directory.Delete(removed, recursive: true);
            }
        }
    }
}
