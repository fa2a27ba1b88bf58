namespace Roost.LocalLambda.Sources.Streams;

/// <summary>How far each partition of each mapping has come.</summary>
internal sealed class CheckpointTable(SourceStore store)
{
    /// <summary>Where each partition goes on.</summary>
    /// <returns>Null for a mapping that has never run.</returns>
    public IReadOnlyList<long>? Find(string mapping, int partitions)
    {
        var rows = store.Read(
            "SELECT partitions, next FROM checkpoints WHERE mapping = $mapping ORDER BY partition",
            row => (Partitions: row.GetInt32(0), Next: row.GetInt64(1)),
            ("$mapping", mapping));
        return rows.Count == 0 ? null
            : rows.Count == partitions && rows.All(row => row.Partitions == partitions) ? [.. rows.Select(row => row.Next)]
            : [.. Enumerable.Repeat(rows.Min(row => row.Next), partitions)]; // keys have moved to other partitions: some records run again
    }

    /// <summary>Replaces all that is kept of a mapping.</summary>
    public Task ReplaceAsync(string mapping, IReadOnlyList<long> next)
    {
        var rows = string.Join(',', next.Select((offset, partition) => FormattableString.Invariant($"($mapping, {partition}, {next.Count}, {offset})")));
        return store.WriteAsync($"DELETE FROM checkpoints WHERE mapping = $mapping; INSERT INTO checkpoints VALUES {rows}", ("$mapping", mapping));
    }

    public Task WriteAsync(string mapping, int partition, long next) => store.WriteAsync(
        "UPDATE checkpoints SET next = $next WHERE mapping = $mapping AND partition = $partition", ("$mapping", mapping), ("$partition", partition), ("$next", next));

    /// <summary>Forgets a mapping: should it come again, it begins anew.</summary>
    public Task DeleteAsync(string mapping) => store.WriteAsync("DELETE FROM checkpoints WHERE mapping = $mapping", ("$mapping", mapping));
}
