using Roost.Storage.Logs;
using Roost.Streams.Catalog;
using Roost.Streams.Cursors;
using Roost.Streams.Producers;
using Roost.Streams.Records;

namespace Roost.Streams;

/// <summary>One named stream. Any thread may call; got from <see cref="IStreamCatalog"/>, which owns it.</summary>
public sealed partial class RecordStream
{
    private readonly Lock _gate = new();
    private readonly OpenBatches _batches = new();
    private readonly StreamSlot _slot;
    private int _makesRoom; // 1 while that is under way
    private readonly RoomMaker _room;
    private readonly StreamMetrics _metrics;

    internal RecordStream(StreamSlot slot, RoomMaker room, StreamProducers producers, StreamMetrics metrics)
    {
        Producers = producers;
        _slot = slot;
        _room = room;
        Cursors = new StreamCursors(slot);
        _metrics = metrics;
    }

    public StreamName Name => _slot.Name;

    /// <summary>Another than that of any other stream that has had the name, or will: what was noted of that one's offsets does not count for this. Null for streams of the system.</summary>
    public string? Id => _slot.Document?.Id;

    /// <summary>Under which its offsets leave the gateway: another than <see cref="Id"/> once offsets have been given to other records again, as after a power cut that cost some. Null for streams of the system.</summary>
    internal string? Incarnation => _slot.Document?.Incarnation;

    /// <summary>Completes when the stream is deleted. One that gets its name later is another, to be got from the catalog.</summary>
    public Task Deleted => _slot.Deleted;

    /// <summary>Offset of the oldest record that is kept.</summary>
    /// <exception cref="StreamRefusedException">The stream is damaged or closed.</exception>
    public long FirstOffset => _slot.Log.FirstOffset;

    /// <summary>Offset that the next record will get.</summary>
    /// <exception cref="StreamRefusedException">The stream is damaged or closed.</exception>
    public long NextOffset => _slot.Log.NextOffset;

    /// <summary>All records below it are as durable as the stream is configured to be, and readable.</summary>
    public long DurableOffset => _slot.Log.DurableOffset;

    /// <exception cref="StreamRefusedException">The stream is damaged or closed.</exception>
    internal AppendLog Log => _slot.Log;

    internal StreamCursors Cursors { get; }

    internal StreamProducers Producers { get; }

    /// <summary>Whether records go that every consumer is done with.</summary>
    internal bool FreesConsumed => _slot.FreesConsumed;

    /// <summary>No records are kept, or none can be read.</summary>
    internal bool IsEmpty => _slot.Describe() is var stream && stream.Records == 0;

    public StreamDescription Describe() => _slot.Describe();

    /// <summary>Reads from <paramref name="fromOffset"/> on, or from the oldest record kept where that one is gone. The caller disposes of it.</summary>
    /// <exception cref="StreamRefusedException">The stream is damaged or closed.</exception>
    public RecordReader OpenReader(long fromOffset) => new(_slot, _batches, fromOffset);

    /// <summary>Offset of the first record appended at <paramref name="time"/> or later; <see cref="NextOffset"/> when there is none yet.</summary>
    /// <exception cref="StreamRefusedException">The stream is damaged or closed.</exception>
    public long FindOffset(DateTimeOffset time) => TimeSearch.Find(_slot.Log, time);

    /// <summary>Appends one record and waits until it is durable.</summary>
    /// <exception cref="StreamRefusedException">The stream takes no records: not configured any more, the system's own, damaged, or closed.</exception>
    /// <exception cref="LogFullException">No room: in the retention (policy <c>reject</c>), in memory or on the disk.</exception>
    /// <exception cref="RecordTooLargeException">The record is larger than the stream's <see cref="StreamOptions.MaxRecordBytes"/>.</exception>
    public ValueTask<AppendedRecords> AppendAsync(NewRecord record, CancellationToken cancellationToken = default) =>
        AppendAsync(_slot.Appendable(), record, cancellationToken);

    /// <summary>For the system's own streams.</summary>
    internal ValueTask<AppendedRecords> AppendOwnAsync(NewRecord record) => AppendAsync(_slot.Log, record, CancellationToken.None);

    /// <summary>Appends records with offsets in a row; readers see all of them or none.</summary>
    /// <remarks>
    /// All or none is a promise to readers while the daemon runs, and to the caller once the task completes. A crash before that may
    /// leave the first few of a batch that was never acknowledged.
    /// </remarks>
    /// <inheritdoc cref="AppendAsync(NewRecord, CancellationToken)"/>
    public async ValueTask<AppendedRecords> AppendAsync(IReadOnlyList<NewRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(records.Count, nameof(records));
        var log = _slot.Appendable();
        var encoded = new EncodedRecord[records.Count];
        for (var i = 0; i < encoded.Length; i++)
        {
            encoded[i] = new EncodedRecord(records[i]);
            encoded[i].ThrowIfLargerThan(_slot.MaxRecordBytes, Name);
        }

        var batch = Append(log, encoded);
        var durable = WaitDurableAsync(log, batch);
        await durable.WaitAsync(cancellationToken);
        return new AppendedRecords(batch.First, batch.Last);
    }

    /// <summary>The hot way in, for messages: copies, and returns the offset at once.</summary>
    /// <param name="mayWait">The caller's thread may wait for the disk while room is made.</param>
    internal long Append(AppendLog log, ReadOnlySpan<byte> key, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload, bool mayWait = false)
    {
        var bytes = key.Length + headers.Length + payload.Length;
        if (_room.Admit(this, bytes, 1, mayWait) is { } full)
        {
            throw RefuseForAll(full, 1);
        }

        long offset;
        try
        {
            offset = AppendInGate(log, key, headers, payload);
        }
        catch (ObjectDisposedException)
        {
            throw _slot.NotOpen();
        }
        catch (LogFullException refusal) when (!mayWait)
        {
            _metrics.Refused(_slot.Tag, 1);
            MakeRoomSoon(refusal);
            throw;
        }
        catch (LogFullException refusal)
        {
            if (!_room.Free(this))
            {
                throw Refuse(refusal, 1);
            }

            offset = AppendInGate(log, key, headers, payload);
        }

        NoteTaken();
        _metrics.Appended(_slot.Tag, 1, bytes);
        return offset;
    }

    private long AppendInGate(AppendLog log, ReadOnlySpan<byte> key, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        lock (_gate) // offsets of a batch follow each other
        {
            return log.Append(key, headers, payload);
        }
    }

    /// <summary>For a caller that cannot wait: its next record may find room, or everybody is told why there is none.</summary>
    private void MakeRoomSoon(LogFullException refusal)
    {
        if (Interlocked.Exchange(ref _makesRoom, 1) == 0)
        {
            ThreadPool.QueueUserWorkItem(
                static work =>
                {
                    if (!work.Stream._room.Free(work.Stream))
                    {
                        work.Stream.Refuse(work.Refusal, records: 0);
                    }

                    Volatile.Write(ref work.Stream._makesRoom, 0);
                },
                (Stream: this, Refusal: refusal),
                preferLocal: false);
        }
    }

    /// <summary>Notes that the stream is full, and says why where that is its own limit.</summary>
    private LogFullException Refuse(LogFullException refusal, int records)
    {
        var told = _slot.Options.Full == LogFullPolicy.Reject && _slot.OpenLog is not null ? _room.Explain(this, refusal) : refusal;
        _slot.Refusal = told.Message;
        _metrics.Refused(_slot.Tag, records);
        return told;
    }

    /// <summary>All streams together have what they may have; those tell it themselves.</summary>
    private LogFullException RefuseForAll(LogFullException full, int records)
    {
        _metrics.Refused(_slot.Tag, records);
        return full;
    }

    private void NoteTaken()
    {
        if (_slot.Refusal is not null)
        {
            _slot.Refusal = null;
        }
    }

    private async ValueTask<AppendedRecords> AppendAsync(AppendLog log, NewRecord record, CancellationToken cancellationToken)
    {
        var encoded = new EncodedRecord(record);
        encoded.ThrowIfLargerThan(_slot.MaxRecordBytes, Name);
        var offset = Append(log, encoded.Key, encoded.Headers, encoded.Payload.Span, mayWait: true);
        await log.WaitDurableAsync(offset, cancellationToken);
        return new AppendedRecords(offset, offset);
    }

    private OpenBatch Append(AppendLog log, EncodedRecord[] records)
    {
        var bytes = records.Sum(record => (long)record.Length);
        if (_room.Admit(this, bytes, records.Length, true) is { } full)
        {
            throw RefuseForAll(full, records.Length);
        }

        if ((TryAppend(log, records, bytes) ?? (_room.Free(this) ? TryAppend(log, records, bytes) : null)) is not { } batch)
        {
            throw Refuse(new LogFullException(log.Folder, $"its retention has no room for {records.Length} records of {bytes} bytes", "Send fewer at once, or raise the retention."), records.Length);
        }

        NoteTaken();
        _metrics.Appended(_slot.Tag, records.Length, bytes);
        return batch;
    }

    /// <returns>Null, and nothing appended, where the retention has no room for the whole of it.</returns>
    private OpenBatch? TryAppend(AppendLog log, EncodedRecord[] records, long bytes)
    {
        lock (_gate)
        {
            if (!_slot.HasRoom(log, records.Length, bytes))
            {
                return null;
            }

            var batch = _batches.Begin(log.NextOffset, records.Length);
            try
            {
                foreach (var record in records)
                {
                    log.Append(record.Key, record.Headers, record.Payload.Span);
                }

                return batch;
            }
            catch (ObjectDisposedException)
            {
                _batches.End(batch);
                throw _slot.NotOpen();
            }
            catch
            {
                _batches.End(batch); // what it appended stays: records without a promise to anyone
                throw;
            }
        }
    }

    private async Task WaitDurableAsync(AppendLog log, OpenBatch batch)
    {
        try
        {
            await log.WaitDurableAsync(batch.Last);
            for (var offset = batch.First; offset < batch.Last; offset++)
            {
                // Committed before the last one, so this does not wait; it throws for a part that the disk had no room for.
                await log.WaitDurableAsync(offset);
            }
        }
        finally
        {
            _batches.End(batch);
        }
    }
}
