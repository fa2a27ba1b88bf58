namespace Roost.LocalLambda.Output;

/// <summary>The last 4 KiB of one invocation's log, for <c>X-Amz-Log-Result</c>. Not thread-safe.</summary>
internal sealed class LogTail
{
    public const int MaxBytes = 4096;

    private readonly byte[] _ring = new byte[MaxBytes];
    private long _written;

    public void Add(ReadOnlySpan<byte> line)
    {
        if (line.Length >= MaxBytes)
        {
            line = line[^(MaxBytes - 1)..];
        }

        Write(line);
        Write("\n"u8);
    }

    public byte[] ToArray()
    {
        var length = (int)Math.Min(_written, MaxBytes);
        var bytes = new byte[length];
        var start = (int)((_written - length) % MaxBytes);
        var first = Math.Min(length, MaxBytes - start);
        _ring.AsSpan(start, first).CopyTo(bytes);
        _ring.AsSpan(0, length - first).CopyTo(bytes.AsSpan(first));
        return bytes;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        var start = (int)(_written % MaxBytes);
        var first = Math.Min(bytes.Length, MaxBytes - start);
        bytes[..first].CopyTo(_ring.AsSpan(start));
        bytes[first..].CopyTo(_ring);
        _written += bytes.Length;
    }
}
