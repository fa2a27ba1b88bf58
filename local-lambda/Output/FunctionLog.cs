using System.Threading.Channels;

namespace Roost.LocalLambda.Output;

/// <summary>The log of one function: its newest lines in memory, everything worth keeping in the <see cref="LogStore"/>, and those who follow it. Thread-safe.</summary>
internal sealed class FunctionLog(string function, LogStore store, TimeProvider clock)
{
    /// <summary>What is shown without going to the disk.</summary>
    private const int RingBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<LogLine> _ring = [];
    private readonly List<Channel<LogLine>> _followers = [];
    private int _bytes;

    /// <param name="keep">False: not worth a write to the disk.</param>
    public void Write(ReadOnlySpan<byte> text, LogOrigin origin, LogTail? tail, bool keep)
    {
        var line = new LogLine(clock.GetUtcNow(), text.ToArray(), origin);
        lock (_gate)
        {
            tail?.Add(text);
            Remember(line);
            foreach (var follower in _followers)
            {
                follower.Writer.TryWrite(line);
            }
        }

        if (keep)
        {
            store.Append(function, text);
        }
    }

    /// <summary>Puts back a line that was kept in an earlier life of the daemon.</summary>
    public void Restore(LogLine line)
    {
        lock (_gate)
        {
            Remember(line);
        }
    }

    public IReadOnlyList<LogLine> Newest()
    {
        lock (_gate)
        {
            return [.. _ring];
        }
    }

    /// <summary>The newest lines, then each line as it comes. A reader that is too slow misses the oldest of 1024.</summary>
    public ChannelReader<LogLine> Follow(CancellationToken end)
    {
        var channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_gate)
        {
            foreach (var line in _ring)
            {
                channel.Writer.TryWrite(line);
            }

            _followers.Add(channel);
        }

        end.UnsafeRegister(
            _ =>
            {
                lock (_gate)
                {
                    _followers.Remove(channel);
                }

                channel.Writer.TryComplete();
            },
            null);
        return channel.Reader;
    }

    private void Remember(LogLine line)
    {
        _ring.Enqueue(line);
        _bytes += line.Text.Length + 1;
        while (_bytes > RingBytes && _ring.TryDequeue(out var oldest))
        {
            _bytes -= oldest.Text.Length + 1;
        }
    }
}
