using System.Net.Sockets;
using System.Threading.Channels;

namespace Roost.Tests.Support;

/// <summary>One connection over a <see cref="BadLink"/>: each way a reader that says when a chunk is due, and a writer that waits for it.</summary>
internal sealed class BadLinkConnection(BadLink link, Socket client, Socket server)
{
    // 4 MiB: more than any link of a test has on its way.
    private const int MostOnTheWay = 2048;

    // A poll of settings that may change: short beside all that tests wait for.
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _ended = new();

    /// <summary>Returns when both ends are closed.</summary>
    public async Task CarryAsync()
    {
        client.NoDelay = server.NoDelay = true;
        await Task.WhenAll(CarryAsync(client, server, up: true), CarryAsync(server, client, up: false));
        client.Dispose();
        server.Dispose();
        _ended.Dispose();
    }

    public void Reset()
    {
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it has ended by itself
        }
    }

    private async Task CarryAsync(Socket from, Socket to, bool up)
    {
        var onTheWay = Channel.CreateBounded<Chunk>(new BoundedChannelOptions(MostOnTheWay) { SingleReader = true, SingleWriter = true });
        await Task.WhenAll(ReadAsync(from, onTheWay.Writer), WriteAsync(to, onTheWay.Reader, up));
    }

    private async Task ReadAsync(Socket from, ChannelWriter<Chunk> onTheWay)
    {
        var clock = TimeProvider.System;
        var free = clock.GetTimestamp(); // when the line has sent what it was given
        try
        {
            while (true)
            {
                var bytes = new byte[Chunk.MaxBytes];
                var read = await from.ReceiveAsync(bytes, _ended.Token);
                if (read == 0)
                {
                    break;
                }

                var rate = link.BytesPerSecond;
                var takes = link.HeldUp(read) + (rate == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)read / rate));
                free = Math.Max(free, clock.GetTimestamp()) + Ticks(takes);
                await onTheWay.WriteAsync(new Chunk(bytes.AsMemory(0, read), free + Ticks(link.Delay)), _ended.Token);
                var queued = rate == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)BadLink.QueueBytes / rate);
                await WaitAsync(free - Ticks(queued));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Reset(); // a reset of one end is one of the other
        }
        finally
        {
            onTheWay.Complete();
        }

        static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency);
    }

    private async Task WriteAsync(Socket to, ChannelReader<Chunk> onTheWay, bool up)
    {
        try
        {
            await foreach (var chunk in onTheWay.ReadAllAsync(_ended.Token))
            {
                await WaitAsync(chunk.Due);
                await WaitWhileSilentAsync();
                var pass = link.Pass(chunk.Bytes.Length, up);
                for (var sent = 0; sent < pass;)
                {
                    sent += await to.SendAsync(chunk.Bytes[sent..pass], _ended.Token);
                }

                if (pass < chunk.Bytes.Length)
                {
                    Reset();
                    return;
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Reset();
        }
    }

    private async Task WaitAsync(long due)
    {
        var clock = TimeProvider.System;
        var left = clock.GetElapsedTime(clock.GetTimestamp(), due);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, clock, _ended.Token);
        }
    }

    private async Task WaitWhileSilentAsync()
    {
        while (link.Silent)
        {
            await Task.Delay(s_look, TimeProvider.System, _ended.Token);
        }
    }

    /// <param name="Bytes">What goes on its way.</param>
    /// <param name="Due">Timestamp of its arrival.</param>
    private readonly record struct Chunk(ReadOnlyMemory<byte> Bytes, long Due)
    {
        /// <summary>So that a limit of 8 KiB/s still moves several times a second.</summary>
        public const int MaxBytes = 2048;
    }
}
