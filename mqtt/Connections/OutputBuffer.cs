namespace Roost.Mqtt.Connections;

/// <summary>Bytes on their way to one peer: contiguous, from the loop's pool, given back as soon as all are sent.</summary>
internal struct OutputBuffer
{
    private byte[]? _bytes;
    private int _start;
    private int _end;

    public readonly int Length => _end - _start;

    public readonly ReadOnlySpan<byte> Unsent => _bytes.AsSpan(_start, Length);

    /// <returns>Exactly <paramref name="length"/> bytes at the end, which are counted as written: the caller fills them all.</returns>
    public Span<byte> Extend(int length, BufferPool pool)
    {
        if (_bytes is null || _bytes.Length - _end < length)
        {
            Grow(length, pool);
        }

        var extension = _bytes.AsSpan(_end, length);
        _end += length;
        return extension;
    }

    /// <summary>The first <paramref name="count"/> bytes are the kernel's now.</summary>
    public void Sent(int count, BufferPool pool)
    {
        _start += count;
        if (_start == _end)
        {
            Clear(pool);
        }
    }

    public void Clear(BufferPool pool)
    {
        if (_bytes is not null)
        {
            pool.Return(_bytes);
        }

        this = default;
    }

    private void Grow(int length, BufferPool pool)
    {
        var unsent = Length;
        if (_bytes is not null && _start >= unsent && _bytes.Length - unsent >= length)
        {
            _bytes.AsSpan(_start, unsent).CopyTo(_bytes); // at least half is free: moving costs less than growing
        }
        else
        {
            var larger = pool.Rent(Math.Max(checked(unsent + length), Math.Min(2 * unsent, 1 << 30)));
            _bytes.AsSpan(_start, unsent).CopyTo(larger);
            if (_bytes is not null)
            {
                pool.Return(_bytes);
            }

            _bytes = larger;
        }

        _start = 0;
        _end = unsent;
    }
}
