using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Streams.Catalog;

/// <summary>All streams: the configured ones, those whose folder is still there, those of other rooms, and the system's own. Each is a log, in a folder of its name where it is not another room's.</summary>
internal sealed class StreamCatalog : IStreamCatalog
{
    private readonly ConcurrentDictionary<StreamName, Entry> _entries = new();
    private readonly Lock _deadGate = new();
    private readonly IReadOnlyList<AdoptedStream> _adopted;
    private readonly StreamsFolder _folder;
    private readonly StreamMetrics _metrics;
    private readonly StorageMetrics _storageMetrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<StreamCatalog> _logger;

    public StreamCatalog(IOptions<StreamsOptions> options, IEnumerable<AdoptedStream> adopted, StreamsFolder folder, StreamMetrics metrics, StorageMetrics storageMetrics, TimeProvider clock, ILogger<StreamCatalog> logger)
    {
        _folder = folder;
        _metrics = metrics;
        _storageMetrics = storageMetrics;
        _clock = clock;
        _logger = logger;
        foreach (var (name, stream) in options.Value)
        {
            Add(StreamName.Parse(name), configured: true, LogOptionsOf.Configured(stream));
        }

        _adopted = [.. adopted];
        foreach (var stream in _adopted)
        {
            Add(stream.Name, configured: false, LogOptionsOf.Abandoned); // its room's options come with its log
        }

        metrics.ObserveStreams(List);
    }

    public IReadOnlyList<StreamDescription> List() =>
        [.. _entries.Values.Select(entry => entry.Slot.Describe()).OrderBy(stream => stream.Name.Value, StringComparer.Ordinal)];

    public bool TryGet(StreamName name, [NotNullWhen(true)] out RecordStream? stream)
    {
        stream = _entries.TryGetValue(name, out var entry) ? entry.Stream : null;
        return stream is not null;
    }

    public RecordStream Get(StreamName name) =>
        TryGet(name, out var stream) ? stream : throw new UnknownStreamException(name, _entries.Keys);

    public IMessageHandler OpenSink(StreamName name) => new StreamSink(Get(name), _entries[name].Slot);

    /// <summary>Opens every log. A damaged one is reported and stays closed: it does not keep the others, or the daemon, from starting.</summary>
    public void Open()
    {
        foreach (var stream in _adopted)
        {
            Adopt(stream);
        }

        foreach (var entry in _entries.Values.Where(entry => _adopted.All(stream => stream.Name != entry.Slot.Name)))
        {
            Open(entry.Slot, entry.Options);
        }

        foreach (var name in _folder.Names().Where(name => !_entries.ContainsKey(name)))
        {
            var entry = Add(name, configured: false, name.IsSystem ? LogOptionsOf.Dead : LogOptionsOf.Abandoned);
            Open(entry.Slot, entry.Options);
            if (!name.IsSystem)
            {
                Log.StreamNotConfigured(_logger, name, _folder.Of(name));
            }
        }
    }

    /// <summary>The stream for refused records; made with the first of them.</summary>
    /// <exception cref="StreamRefusedException">It is damaged.</exception>
    public RecordStream Dead()
    {
        lock (_deadGate)
        {
            if (!_entries.TryGetValue(StreamName.Dead, out var entry))
            {
                entry = Add(StreamName.Dead, configured: false, LogOptionsOf.Dead);
                Open(entry.Slot, entry.Options);
            }

            return entry.Stream;
        }
    }

    /// <summary>Syncs and closes every log, but for those of other rooms.</summary>
    public async Task CloseAsync()
    {
        foreach (var entry in _entries.Values)
        {
            await entry.Slot.CloseAsync();
        }
    }

    private Entry Add(StreamName name, bool configured, AppendLogOptions options)
    {
        var slot = new StreamSlot(name, configured, options);
        return _entries[name] = new Entry(slot, new RecordStream(slot, _metrics), options);
    }

    private void Adopt(AdoptedStream stream)
    {
        var slot = _entries[stream.Name].Slot;
        if (stream.Find() is { } log)
        {
            slot.Adopt(log);
        }
        else
        {
            slot.Fail("is not there: the part of the daemon that keeps it has not started");
        }
    }

    private void Open(StreamSlot slot, AppendLogOptions options)
    {
        var folder = _folder.Of(slot.Name);
        try
        {
            slot.Open(AppendLog.Open(folder, options, _clock, _logger, _storageMetrics));
        }
        catch (Exception exception) when (exception is CorruptLogException or IOException or UnauthorizedAccessException)
        {
            slot.Fail($"cannot be opened: {exception.Message.TrimEnd('.')}");
            Log.StreamNotOpened(_logger, slot.Name, folder, exception);
        }
    }

    private sealed record Entry(StreamSlot Slot, RecordStream Stream, AppendLogOptions Options);
}
