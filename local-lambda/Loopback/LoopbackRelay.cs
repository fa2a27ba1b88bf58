using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Roost.LocalLambda.Loopback;

/// <summary>
/// Carries the connections of one worker with <c>network: loopback</c> to the daemon's own listeners. A connection holds at most two buffers, and none
/// while nothing is under way; a reader that is slow holds up its own connection.
/// </summary>
internal sealed class LoopbackRelay : IAsyncDisposable
{
    /// <summary>Of one worker, to all listeners together; more are reset.</summary>
    public const int MaxConnections = 16;

    /// <summary>For each direction of a connection, so at most 512 KiB for a worker; what waits beyond that waits in the sockets, whose bounds are the kernel's.</summary>
    private const int BufferBytes = 16 * 1024;

    private readonly SemaphoreSlim _free = new(MaxConnections);
    private readonly CancellationTokenSource _end = new();

    /// <summary>Takes connections until the listener is disposed of.</summary>
    /// <param name="listener">Inside the sandbox.</param>
    /// <param name="target">One of the daemon's listeners.</param>
    public async Task AcceptAsync(Socket listener, IPEndPoint target)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                if (await _free.WaitAsync(TimeSpan.Zero))
                {
                    _ = RelayAsync(client, target);
                }
                else
                {
                    client.Close(timeout: 0);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener has been disposed of because the worker ended.
        }
    }

    /// <summary>Resets what is open, and returns when all of it is closed. To be called when nothing is accepted any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        for (var taken = 0; taken < MaxConnections; taken++)
        {
            await _free.WaitAsync();
        }

        _free.Dispose();
        _end.Dispose();
    }

    private async Task RelayAsync(Socket client, IPEndPoint target)
    {
        using var daemon = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.NoDelay = daemon.NoDelay = true;
            await daemon.ConnectAsync(target, _end.Token);
            await Task.WhenAll(CopyAsync(client, daemon), CopyAsync(daemon, client));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            client.Close(timeout: 0); // the listener is not open: the nearest to a refusal that an accepted connection can be told
        }
        finally
        {
            client.Dispose();
            _free.Release();
        }
    }

    /// <summary>Carries one direction to its end, which the other one may outlive. What is cut short is reset: it must not look like an end.</summary>
    private async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            while (await CopyOnceAsync(from, to))
            {
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            from.Close(timeout: 0);
            to.Close(timeout: 0);
        }
    }

    /// <returns>False at the end.</returns>
    private async ValueTask<bool> CopyOnceAsync(Socket from, Socket to)
    {
        await from.ReceiveAsync(Memory<byte>.Empty, _end.Token); // until there is something to read: a quiet connection holds no buffer
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes); // ours; given back below
        try
        {
            var count = await from.ReceiveAsync(buffer.AsMemory(0, BufferBytes), _end.Token);
            for (var sent = 0; sent < count;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _end.Token);
            }

            return count > 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
