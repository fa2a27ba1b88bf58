namespace Roost.LocalLambda.Sources.Streams;

/// <summary>How far each partition of each mapping has come.</summary>
internal sealed class CheckpointTable(SourceStore store)
{
    /// <summary>Where each partition goes on.</summary>
    /// <param name="stream">The stream's id: positions in another stream, which had its name, are none in this. Null: whatever stream it is.</param>
    /// <returns>Null for a mapping that has never run on this stream.</returns>
    public IReadOnlyList<long>? Find(string mapping, string? stream, int partitions)
    {
        var rows = store.Read(
                "SELECT partitions, next, stream FROM checkpoints WHERE mapping = $mapping ORDER BY partition",
                row => (Partitions: row.GetInt32(0), Next: row.GetInt64(1), Stream: row.GetString(2)),
                ("$mapping", mapping))
            .Where(row => stream is null || row.Stream.Length == 0 || row.Stream == stream)
            .ToList();
        return rows.Count == 0 ? null
            : rows.Count == partitions && rows.All(row => row.Partitions == partitions) ? [.. rows.Select(row => row.Next)]
            : [.. Enumerable.Repeat(rows.Min(row => row.Next), partitions)]; // keys have moved to other partitions: some records run again
    }

    /// <summary>Replaces all that is kept of a mapping.</summary>
    public Task ReplaceAsync(string mapping, string stream, IReadOnlyList<long> next)
    {
        var rows = string.Join(',', next.Select((offset, partition) => FormattableString.Invariant($"($mapping, {partition}, {next.Count}, {offset}, $stream)")));
        return store.WriteAsync(
            $"DELETE FROM checkpoints WHERE mapping = $mapping; INSERT INTO checkpoints(mapping, partition, partitions, next, stream) VALUES {rows}", ("$mapping", mapping), ("$stream", stream));
    }

    public Task WriteAsync(string mapping, int partition, long next) => store.WriteAsync(
        "UPDATE checkpoints SET next = $next WHERE mapping = $mapping AND partition = $partition", ("$mapping", mapping), ("$partition", partition), ("$next", next));

    /// <summary>Forgets a mapping: should it come again, it begins anew.</summary>
    public Task DeleteAsync(string mapping) => store.WriteAsync("DELETE FROM checkpoints WHERE mapping = $mapping", ("$mapping", mapping));
}
