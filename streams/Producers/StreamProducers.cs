using Microsoft.Extensions.Logging;
using Roost.Storage.Logs;
using Roost.Streams.Catalog;
using Roost.Streams.Records;

namespace Roost.Streams.Producers;

/// <summary>
/// The producers of one stream, over kills and restarts. Each of their records says whose it is, so that the log itself tells what is
/// kept, without a second sync. A file has the table as of some offset: what lies behind is read again when the stream is opened, and
/// retention frees nothing of it that the file does not know.
/// </summary>
internal sealed class StreamProducers(StreamSlot slot, TimeProvider clock, ILogger logger)
{
    private const long MostUnsavedBytes = 16 * 1024 * 1024; // some 50 ms of reading when it is opened after a kill
    private const long MostUnsavedRecords = 100_000;
    private const int PartOfRetention = 8;
    private const int ReadBytes = 1024 * 1024;

    /// <summary>What is not in the file holds retention up, and age is retention too.</summary>
    private static readonly TimeSpan s_longestUnsaved = TimeSpan.FromMinutes(5);

    private readonly ProducerTable _table = new(slot.Name, clock);
    private readonly Lock _gate = new();
    private readonly Lock _fileGate = new();

    // Guarded by the gate. Offsets at which the records of batches under way begin, or lie behind.
    private readonly List<long> _underWay = [];
    private long? _firstUnsaved;
    private long _unsavedSince;
    private bool _hasFile;

    public IReadOnlyList<ProducerState> All => _table.All;

    public ProducerTable Table => _table;

    /// <summary>When the stream is opened: makes the table from its file and the log.</summary>
    public void Load(AppendLog log)
    {
        long? from;
        try
        {
            from = ProducerFile.Read(log.Folder, _table);
        }
        catch (InvalidDataException exception)
        {
            Log.ProducersDamaged(logger, slot.Name, exception);
            from = 0;
        }

        if (from is { } offset)
        {
            _table.CutTo(log.NextOffset);
            Replay(log, offset);
            _hasFile = true;
        }
    }

    /// <summary>Before records of a producer are appended.</summary>
    /// <returns>For <see cref="End"/>.</returns>
    /// <exception cref="IOException">The stream's first producer could not be noted.</exception>
    public long Begin(AppendLog log)
    {
        EnsureFile(log);
        lock (_gate)
        {
            var offset = log.NextOffset;
            _underWay.Add(offset);
            if (_firstUnsaved is null)
            {
                (_firstUnsaved, _unsavedSince) = (offset, clock.GetTimestamp());
                log.KeepFrom = offset;
            }

            return offset;
        }
    }

    /// <summary>The records are in the table, or will not be.</summary>
    public void End(AppendLog log, long begun)
    {
        lock (_gate)
        {
            _underWay.Remove(begun);
        }

        SaveIfDue(log);
    }

    /// <summary>Writes the file where so much has come since that reading it again would take long, or retention is held up.</summary>
    public void SaveIfDue(AppendLog log)
    {
        long records;
        TimeSpan age;
        lock (_gate)
        {
            if (_firstUnsaved is not { } first)
            {
                return;
            }

            (records, age) = (log.NextOffset - first, clock.GetElapsedTime(_unsavedSince));
        }

        var retention = log.Options.Retention;
        var mean = log.SizeBytes / Math.Max(1, log.NextOffset - log.FirstOffset);
        if (records * mean >= Math.Min(MostUnsavedBytes, (retention.Bytes ?? long.MaxValue) / PartOfRetention)
            || records >= Math.Clamp((retention.Records ?? long.MaxValue) / PartOfRetention, 1, MostUnsavedRecords)
            || age >= s_longestUnsaved)
        {
            Save(log);
        }
    }

    /// <summary>Before records below <paramref name="offset"/> are freed: what they say is in the file then.</summary>
    /// <returns>The offset up to which they may be freed.</returns>
    public long SaveBelow(AppendLog log, long offset)
    {
        if (FirstUnsaved() < offset)
        {
            Save(log);
        }

        return Math.Min(offset, FirstUnsaved());
    }

    /// <summary>A producer's next epoch, durable when this returns.</summary>
    /// <exception cref="IOException">The disk refused; the epoch holds until a restart.</exception>
    public async Task<long> BeginEpochAsync(AppendLog log, string name)
    {
        var producer = await _table.EnterAsync(name);
        try
        {
            EnsureFile(log);
            _table.BeginEpoch(producer);
            Write(log);
            return producer.Epoch;
        }
        finally
        {
            _table.Leave(producer);
        }
    }

    /// <summary>Writes the file. Where the disk refuses, retention goes on as if there were no producers: a repetition may then not be told after a kill.</summary>
    public void Save(AppendLog log)
    {
        try
        {
            Write(log);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.ProducersNotSaved(logger, slot.Name, exception);
            log.KeepFrom = long.MaxValue;
        }
    }

    private long FirstUnsaved()
    {
        lock (_gate)
        {
            return _firstUnsaved ?? long.MaxValue;
        }
    }

    private void EnsureFile(AppendLog log)
    {
        lock (_fileGate)
        {
            if (!_hasFile)
            {
                ProducerFile.Write(log.Folder, log.NextOffset, []);
                _hasFile = true;
            }
        }
    }

    private void Write(AppendLog log)
    {
        lock (_fileGate)
        {
            long known;
            lock (_gate)
            {
                known = _underWay.Count == 0 ? log.DurableOffset : Math.Min(log.DurableOffset, _underWay.Min());
            }

            ProducerFile.Write(log.Folder, known, _table.All);
            _hasFile = true;
            lock (_gate)
            {
                (_firstUnsaved, _unsavedSince) = (_underWay.Count == 0 && log.NextOffset == known ? null : known, clock.GetTimestamp());
                log.KeepFrom = _firstUnsaved ?? long.MaxValue;
            }
        }
    }

    private void Replay(AppendLog log, long from)
    {
        try
        {
            using var reader = log.OpenReader(from);
            while (reader.TryRead(int.MaxValue, ReadBytes, out var records))
            {
                foreach (var record in records)
                {
                    if (RecordHeaders.TryDecode(record.Headers.Span, out var flags, out var headers) && RecordHeaders.TakeProducer(flags, ref headers) is { } mark)
                    {
                        _table.Replay(mark, record.Offset, record.Timestamp);
                        _firstUnsaved ??= record.Offset;
                    }
                }
            }
        }
        catch (Exception exception) when (exception is CorruptLogException or IOException)
        {
            Log.ProducersDamaged(logger, slot.Name, exception); // whoever reads the stream is told, too
        }

        _unsavedSince = clock.GetTimestamp();
        log.KeepFrom = _firstUnsaved ?? long.MaxValue;
    }
}
