using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Streams.Definitions;
using Roost.Streams.Producers;

namespace Roost.Streams.Catalog;

/// <summary>All streams: the configured ones, those made over the API, those whose folder is still there, those of other rooms, and the system's own. Each is a log, in a folder of its name where it is not another room's.</summary>
internal sealed partial class StreamCatalog : IStreamCatalog
{
    /// <summary>Each that is appended to has a thread, a file that is written and memory for what waits; the largest sites have some tens.</summary>
    private const int MostStreams = 256;

    private readonly ConcurrentDictionary<StreamName, Entry> _entries = new();
    private readonly RoomMaker _room = new();
    private readonly Lock _deadGate = new();
    private readonly IReadOnlyList<AdoptedStream> _adopted;
    private readonly StreamStorageOptions _storage;
    private readonly StreamsFolder _folder;
    private readonly StreamMetrics _metrics;
    private readonly StorageMetrics _storageMetrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<StreamCatalog> _logger;

    public StreamCatalog(
        IOptions<StreamsOptions> options, IOptions<StreamStorageOptions> storage, IEnumerable<AdoptedStream> adopted, StreamsFolder folder, StreamMetrics metrics, StorageMetrics storageMetrics, TimeProvider clock, ILogger<StreamCatalog> logger)
    {
        _storage = storage.Value;
        _folder = folder;
        _metrics = metrics;
        _storageMetrics = storageMetrics;
        _clock = clock;
        _logger = logger;
        foreach (var (name, stream) in options.Value)
        {
            Add(StreamName.Parse(name), StreamOrigin.Configuration, LogOptionsOf.Defined(stream, _storage), stream);
        }

        _adopted = [.. adopted];
        foreach (var stream in _adopted)
        {
            Add(stream.Name, StreamOrigin.System, LogOptionsOf.Removed); // its room's options come with its log
        }

        metrics.ObserveStreams(List);
    }

    public IReadOnlyList<StreamDescription> List() =>
        [.. _entries.Values.Select(entry => entry.Slot.Describe()).OrderBy(stream => stream.Name.Value, StringComparer.Ordinal)];

    /// <summary>What full streams ask for room.</summary>
    public RoomMaker Room => _room;

    public IReadOnlyList<RecordStream> All => [.. _entries.Values.Select(entry => entry.Stream)];

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

        Tidy();
        foreach (var entry in _entries.Values.Where(entry => _adopted.All(stream => stream.Name != entry.Slot.Name)))
        {
            Open(entry.Slot);
        }

        foreach (var name in _folder.Names().Where(name => !_entries.ContainsKey(name)))
        {
            if (name.IsSystem)
            {
                Open(Add(name, StreamOrigin.System, LogOptionsOf.Dead).Slot);
            }
            else
            {
                OpenUnconfigured(name);
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
                entry = Add(StreamName.Dead, StreamOrigin.System, LogOptionsOf.Dead);
                Open(entry.Slot);
            }

            return entry.Stream;
        }
    }

    /// <summary>Syncs and closes every log, but for those of other rooms.</summary>
    public async Task CloseAsync()
    {
        await _changes.WaitAsync();
        try
        {
            _isClosed = true;
            foreach (var entry in _entries.Values)
            {
                entry.Stream.NoteProducers();
                await entry.Slot.CloseAsync();
            }
        }
        finally
        {
            _changes.Release();
        }
    }

    private Entry Add(StreamName name, StreamOrigin origin, AppendLogOptions options, StreamOptions? definition = null)
    {
        var slot = new StreamSlot(name, origin, options, definition);
        return _entries[name] = new Entry(slot, new RecordStream(slot, _room, new StreamProducers(slot, _clock, _logger), _metrics));
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

    /// <summary>A folder that the configuration does not name: made over the API, or removed from the configuration.</summary>
    private void OpenUnconfigured(StreamName name)
    {
        var folder = _folder.Of(name);
        try
        {
            var definition = StreamDocument.Read(folder)?.Definition;
            Open(Add(name, definition is null ? StreamOrigin.Removed : StreamOrigin.Api, definition is null ? LogOptionsOf.Removed : LogOptionsOf.Defined(definition, _storage), definition).Slot);
            if (definition is null)
            {
                Log.StreamNotConfigured(_logger, name, folder, name);
            }
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            Fail(Add(name, StreamOrigin.Removed, LogOptionsOf.Removed).Slot, exception);
        }
    }

    private void Open(StreamSlot slot)
    {
        AppendLog? log = null;
        try
        {
            log = OpenLog(slot);
            if (slot.Origin != StreamOrigin.System)
            {
                _entries[slot.Name].Stream.Producers.Load(log);
            }

            slot.Open(log, slot.Origin == StreamOrigin.System ? null : DocumentOf(slot, log));
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            Fail(slot, exception);
            _ = log?.DisposeAsync().AsTask(); // nothing was appended: there is nothing to wait for
        }
    }

    private AppendLog OpenLog(StreamSlot slot) => AppendLog.Open(_folder.Of(slot.Name), slot.Options, _clock, _logger, _storageMetrics);

    /// <summary>
    /// Streams from before they had documents get theirs when they are opened, and so do those that the configuration has just begun to name.
    /// What a power cut or a restore has done to the stream is noted before the first record is appended.
    /// </summary>
    private StreamDocument DocumentOf(StreamSlot slot, AppendLog log)
    {
        var folder = _folder.Of(slot.Name);
        var known = StreamDocument.Read(folder);
        var document = (known ?? StreamDocument.New(definition: null, _clock)) with { Opening = StreamOpening.Of(slot.Options.Durability, log.Boot) };
        var reason = known is null ? null : OffsetHistory.WhyGivenAgain(known, log);
        if (reason is not null)
        {
            document = document with { Incarnation = StreamDocument.NewId() };
            Log.OffsetsGivenAgain(_logger, slot.Name, log.NextOffset, reason, document.Incarnation);
        }

        if (known?.Birth is not null && document == known)
        {
            return document;
        }

        try
        {
            document.Write(folder);
        }
        catch (IOException exception) when (known is not null && reason is null)
        {
            Log.OpeningNotNoted(_logger, slot.Name, exception); // a full disk keeps nobody from reading, and from making room
        }

        if (reason is not null)
        {
            OffsetHistory.Settle(log);
        }

        return document;
    }

    private void Fail(StreamSlot slot, Exception exception)
    {
        slot.Fail($"cannot be opened: {exception.Message.TrimEnd('.')}");
        Log.StreamNotOpened(_logger, slot.Name, _folder.Of(slot.Name), exception);
    }

    private void Tidy()
    {
        try
        {
            _folder.Tidy();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.RestsNotRemoved(_logger, exception);
        }
    }

    private static bool IsExpected(Exception exception) => exception is CorruptLogException or InvalidDataException or IOException or UnauthorizedAccessException;

    private sealed record Entry(StreamSlot Slot, RecordStream Stream);
}
