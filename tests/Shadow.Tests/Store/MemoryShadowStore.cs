using Roost.Shadow.Documents;
using Roost.Shadow.Journal;
using Roost.Shadow.Store;

namespace Roost.Shadow.Tests.Store;

/// <summary>The plainest store there is. Writes can be held up or made to fail.</summary>
internal sealed class MemoryShadowStore : IShadowStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Thing, string Name), (ShadowId Id, ShadowRecord Record)> _records =
        new(Comparer<(string Thing, string Name)>.Create((a, b) =>
            string.CompareOrdinal(a.Thing, b.Thing) is var order && order != 0 ? order : string.CompareOrdinal(a.Name, b.Name)));

    private long _offset;

    /// <summary>Awaited before a write takes effect; a fault in it is the disk's.</summary>
    public Func<Task> BeforeWrite { get; set; } = () => Task.CompletedTask;

    public int Writes { get; private set; }

    public int Reads { get; private set; }

    /// <summary>How often names were listed.</summary>
    public int Lists { get; private set; }

    public ShadowRecord? Read(ShadowId id)
    {
        lock (_gate)
        {
            Reads++;
            return _records.TryGetValue((id.Thing, id.Name), out var found) ? found.Record : null;
        }
    }

    public IReadOnlyList<string> ListNamed(string thing, string after, int limit)
    {
        lock (_gate)
        {
            Lists++;
            return [.. _records.Values.Where(entry => entry.Id.Thing == thing && !entry.Id.IsClassic && !entry.Record.IsTombstone
                && string.CompareOrdinal(entry.Id.Name, after) > 0).Select(entry => entry.Id.Name).Take(limit)];
        }
    }

    public IReadOnlyList<ShadowSummary> ListThings(string after, int limit)
    {
        lock (_gate)
        {
            return [.. _records.Values.Where(entry => !entry.Record.IsTombstone && string.CompareOrdinal(entry.Id.Thing, after) > 0)
                .GroupBy(entry => entry.Id.Thing).Take(limit).SelectMany(thing => thing)
                .Select(entry => new ShadowSummary(entry.Id, entry.Record.Version, DateTimeOffset.FromUnixTimeSeconds(entry.Record.UpdatedSeconds)))];
        }
    }

    public async Task WriteAsync(IReadOnlyList<ShadowChange> changes)
    {
        await BeforeWrite();
        lock (_gate)
        {
            Writes++;
            foreach (var change in changes)
            {
                change.Offset = _offset++;
                _records[(change.Id.Thing, change.Id.Name)] = (change.Id, change.Record);
            }
        }
    }

    public Task<int> PurgeTombstonesAsync(long beforeSeconds)
    {
        lock (_gate)
        {
            var old = _records.Where(entry => entry.Value.Record.IsTombstone && entry.Value.Record.UpdatedSeconds <= beforeSeconds).Select(entry => entry.Key).ToList();
            old.ForEach(key => _records.Remove(key));
            return Task.FromResult(old.Count);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
