using System.Text;

namespace Roost.Streams.Bridge;

/// <summary>
/// Of which topics an entry has sent what was retained here before it was configured, on the disk: that is done once. From then on each change goes
/// through the queue, and a restart has nothing to send again.
/// </summary>
internal sealed class StoredNotes(string path)
{
    private readonly HashSet<string> _taken = Read(path);

    public bool Has(BridgeEntry entry, BridgeFilter filter) => _taken.Contains(Line(entry, filter));

    /// <summary>All topics of the entry, and nothing else: one that is removed and comes back is new.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Replace(BridgeEntry entry)
    {
        var lines = entry.Filters.Select(filter => Line(entry, filter)).ToHashSet(StringComparer.Ordinal);
        if (!_taken.SetEquals(lines))
        {
            SmallFile.Replace(path, Encoding.UTF8.GetBytes(string.Join('\n', lines) + '\n'));
        }
    }

    private static string Line(BridgeEntry entry, BridgeFilter filter) => $"{filter.Local} -> {filter.Remote}{(entry.Options.Retain ? " retained" : "")}";

    private static HashSet<string> Read(string path)
    {
        try
        {
            return [.. File.ReadAllLines(path)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
