using System.Text;
using Roost.Storage.Logs;
using Roost.Streams.Catalog;
using Roost.Streams.Records;

namespace Roost.Streams;

/// <summary>Reads a stream forward; waits at its tail. One caller at a time. Got from <see cref="RecordStream.OpenReader"/>.</summary>
public sealed class RecordReader : IDisposable
{
    private readonly StreamSlot _slot;
    private readonly AppendLog _log;
    private readonly OpenBatches _batches;
    private readonly List<StreamRecord> _records = [];
    private LogReader _reader;
    private byte[] _lastKey = [];
    private string _lastKeyText = "";

    internal RecordReader(StreamSlot slot, OpenBatches batches, long fromOffset)
    {
        _slot = slot;
        _log = slot.Log;
        _batches = batches;
        _reader = _log.OpenReader(fromOffset);
        NextOffset = fromOffset;
    }

    /// <summary>Offset after the last record that was read; where reading goes on, unless retention frees it before.</summary>
    public long NextOffset { get; private set; }

    /// <summary>Waits until there is at least one record, and returns what is there up to the limits.</summary>
    /// <param name="maxRecords">At least 1.</param>
    /// <param name="maxBytes">Of keys, headers and payloads together; a single record that is larger comes alone.</param>
    /// <param name="cancellationToken">Ends the waiting; nothing is skipped.</param>
    /// <returns>At least one record; list and payloads are valid until the next read.</returns>
    /// <exception cref="CorruptLogException">What was stored is damaged.</exception>
    /// <exception cref="StreamRefusedException">The stream was closed, or deleted.</exception>
    public async ValueTask<IReadOnlyList<StreamRecord>> ReadAsync(int maxRecords, int maxBytes, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var records = await ReadLogAsync(maxRecords, maxBytes, cancellationToken);
            if (Take(records) is not { } batch)
            {
                return _records;
            }

            await batch.Ended.WaitAsync(cancellationToken);
        }
    }

    /// <returns>False when nothing is there to read now.</returns>
    /// <inheritdoc cref="ReadAsync"/>
    public bool TryRead(int maxRecords, int maxBytes, out IReadOnlyList<StreamRecord> records)
    {
        records = _records;
        var any = false;
        try
        {
            any = _reader.TryRead(maxRecords, maxBytes, out var read) && Take(read) is null;
        }
        catch (Exception exception) when (_slot.IsDeleting && exception is IOException or CorruptLogException or ObjectDisposedException)
        {
            // its files are gone, or another stream's by now
        }

        ThrowIfDeleted();
        return any;
    }

    public void Dispose() => _reader.Dispose();

    private async ValueTask<IReadOnlyList<LogRecord>> ReadLogAsync(int maxRecords, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            var records = await _reader.ReadAsync(maxRecords, maxBytes, cancellationToken);
            ThrowIfDeleted();
            return records;
        }
        catch (Exception exception) when (exception is ObjectDisposedException || (_slot.IsDeleting && exception is IOException or CorruptLogException))
        {
            throw _slot.NotOpen();
        }
    }

    /// <summary>After each read: what was read of the files of a deleted stream may be of another that has its name by now.</summary>
    private void ThrowIfDeleted()
    {
        if (_slot.IsDeleting)
        {
            throw _slot.NotOpen();
        }
    }

    /// <summary>Decodes into <see cref="_records"/> what lies before the first batch that is not there as a whole.</summary>
    /// <returns>The batch to wait for, where nothing lies before it; else null.</returns>
    private OpenBatch? Take(IReadOnlyList<LogRecord> read)
    {
        _records.Clear();
        var batch = _batches.FindWithin(read[0].Offset, read[^1].Offset);
        for (var i = 0; i < read.Count; i++)
        {
            if (batch is not null && read[i].Offset >= batch.First)
            {
                _reader.Dispose();
                _reader = _log.OpenReader(read[i].Offset); // back to the batch's first record
                return _records.Count == 0 ? batch : null;
            }

            _records.Add(Decode(read[i]));
            NextOffset = read[i].Offset + 1;
        }

        return null;
    }

    private StreamRecord Decode(in LogRecord record)
    {
        // A block of a later version leaves the record without headers; key and payload are as they were appended.
        RecordHeaders.TryDecode(record.Headers.Span, out var flags, out var headers);
        var producer = RecordHeaders.TakeProducer(flags, ref headers);
        return new StreamRecord
        {
            Offset = record.Offset,
            Timestamp = record.Timestamp,
            Key = KeyText(record.Key.Span),
            KeyIsTopic = (flags & RecordHeaders.KeyIsTopic) != 0,
            PayloadIsUtf8 = (flags & RecordHeaders.PayloadIsUtf8) != 0,
            Headers = headers,
            Producer = producer,
            Payload = record.Payload,
        };
    }

    /// <summary>Neighbours often share their key: one string serves them all.</summary>
    private string KeyText(ReadOnlySpan<byte> key)
    {
        if (!key.SequenceEqual(_lastKey))
        {
            _lastKey = key.ToArray();
            _lastKeyText = Encoding.UTF8.GetString(key);
        }

        return _lastKeyText;
    }
}
