using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

/// <summary>Records on their way to the disk. A log has two, in turn: one open for appends, one being written. Guarded by the log's gate.</summary>
internal sealed class PendingBatch
{
    // 64 KiB is a commit's worth under load; a batch that had to grow far beyond is given back afterwards.
    private const int FirstBytes = 64 * 1024;
    private const int KeptBytes = 1024 * 1024;

    private byte[] _buffer = [];
    private TaskCompletionSource? _done;

    public int Bytes { get; private set; }

    public int Records { get; private set; }

    /// <summary>Offset of its first record, and the offset after its last.</summary>
    public long FirstOffset { get; private set; }

    public long NextOffset { get; private set; }

    /// <summary>Completes when the batch is durable, or faults; one for all who wait, made for the first of them.</summary>
    public Task Done => (_done ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>The records, encoded, one behind the other.</summary>
    public Span<byte> Encoded => _buffer.AsSpan(0, Bytes);

    /// <summary>Copies a record to the end.</summary>
    public void Add(long offset, long timestampTicks, ReadOnlySpan<byte> key, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        var length = RecordFormat.HeaderBytes + key.Length + headers.Length + payload.Length;
        if (_buffer.Length - Bytes < length)
        {
            Array.Resize(ref _buffer, Math.Max(FirstBytes, Math.Max(Bytes + length, (int)Math.Min(2L * _buffer.Length, Array.MaxLength))));
        }

        RecordFormat.Write(_buffer.AsSpan(Bytes, length), offset, timestampTicks, key, headers, payload);
        FirstOffset = Records == 0 ? offset : FirstOffset;
        NextOffset = offset + 1;
        Bytes += length;
        Records++;
    }

    /// <summary>Copies the encoded records from <paramref name="offset"/> on, see <see cref="AppendLog.CopyPending"/>.</summary>
    public int CopyFrom(long offset, int maxBytes, ref byte[] buffer)
    {
        var from = 0;
        while (RecordFormat.ReadOffset(_buffer.AsSpan(from)) < offset)
        {
            from += RecordFormat.ReadLength(_buffer.AsSpan(from));
        }

        var to = from + RecordFormat.ReadLength(_buffer.AsSpan(from));
        while (to < Bytes && to + RecordFormat.ReadLength(_buffer.AsSpan(to)) - from <= maxBytes)
        {
            to += RecordFormat.ReadLength(_buffer.AsSpan(to));
        }

        if (buffer.Length < to - from)
        {
            buffer = new byte[to - from];
        }

        _buffer.AsSpan(from, to - from).CopyTo(buffer);
        return to - from;
    }

    /// <summary>Empties it for its next turn.</summary>
    /// <returns>Who waits for what was in it; null without any.</returns>
    public TaskCompletionSource? Reset()
    {
        var done = _done;
        _done = null;
        Bytes = 0;
        Records = 0;
        if (_buffer.Length > KeptBytes)
        {
            _buffer = [];
        }

        return done;
    }
}
