using System.Net;
using System.Net.Sockets;

namespace Roost.Tests.Support;

/// <summary>
/// A TCP link to a server on loopback that is as bad as a test wants it: slow, far, lossy, silent, cut. What is lost on a real network
/// comes later by TCP, so loss shows as stalls here. All settings may change while bytes are under way.
/// </summary>
public sealed class BadLink : IAsyncDisposable
{
    /// <summary>A modem's own buffer; what is behind it waits in the sender's socket.</summary>
    internal const int QueueBytes = 32 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<Task> _tasks = [];
    private readonly List<BadLinkConnection> _open = [];
    private readonly Random _random;
    private volatile bool _silent;
    private volatile bool _down;
    private volatile int _target;
    private volatile int _connections;
    private long _bytesUp;
    private long _bytesDown;
    private int _answerBytesLeft = int.MaxValue;

    /// <param name="target">Port of the server on loopback.</param>
    /// <param name="seed">Which segments are lost; the same for the same traffic.</param>
    public BadLink(int target, int seed = 1)
    {
        _target = target;
        _random = new Random(seed);
        _listener.Server.ReceiveBufferSize = QueueBytes; // inherited by what is accepted: the link must not hide a backlog in the kernel
        _listener.Start();
        Track(AcceptAsync());
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Port of the server that new connections lead to: a front that moves.</summary>
    public int Target
    {
        get => _target;
        set => _target = value;
    }

    /// <summary>From one end to the other: half of a round trip.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Each way; 0 is without a limit.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>Part of the segments (1,460 bytes) that is lost; each holds up all behind it until it has been sent again.</summary>
    public double Loss { get; set; }

    /// <summary>Takes everything, delivers nothing, and keeps connections open. What it took goes on its way when this ends, as by TCP.</summary>
    public bool Silent
    {
        get => _silent;
        set => _silent = value;
    }

    /// <summary>New connections are reset at once.</summary>
    public bool Down
    {
        get => _down;
        set => _down = value;
    }

    /// <summary>Made so far.</summary>
    public int Connections => _connections;

    /// <summary>From the client to the server, so far.</summary>
    public long BytesUp => Interlocked.Read(ref _bytesUp);

    public long BytesDown => Interlocked.Read(ref _bytesDown);

    /// <summary>Resets the connections there are; what was under way is lost. New ones are made, unless it is <see cref="Down"/>.</summary>
    public void Reset()
    {
        BadLinkConnection[] open;
        lock (_gate)
        {
            open = [.. _open];
        }

        foreach (var connection in open)
        {
            connection.Reset();
        }
    }

    /// <summary>Lets <paramref name="bytes"/> more from the server pass, and resets that connection: in the middle of an answer where it is no whole one.</summary>
    public void ResetAfterAnswerBytes(int bytes) => Volatile.Write(ref _answerBytesLeft, bytes);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        Reset();
        Task[] tasks;
        lock (_gate)
        {
            tasks = [.. _tasks];
        }

        await Task.WhenAll(tasks);
        _stopping.Dispose();
    }

    /// <summary>How long a chunk of so many bytes is held up by losses.</summary>
    internal TimeSpan HeldUp(int bytes)
    {
        var loss = Loss;
        if (loss == 0)
        {
            return TimeSpan.Zero;
        }

        var (held, again) = (TimeSpan.Zero, TimeSpan.FromMilliseconds(200) + (2 * Delay)); // a retransmission timer's least, and a round trip
        lock (_random)
        {
            for (var segment = 0; segment < bytes; segment += 1460)
            {
                held += _random.NextDouble() < loss ? again : TimeSpan.Zero;
            }
        }

        return held;
    }

    /// <returns>How many of the bytes may pass; when not all, the connection ends behind them.</returns>
    internal int Pass(int bytes, bool up)
    {
        if (up)
        {
            Interlocked.Add(ref _bytesUp, bytes);
            return bytes;
        }

        var pass = bytes;
        if (Volatile.Read(ref _answerBytesLeft) != int.MaxValue)
        {
            var left = Interlocked.Add(ref _answerBytesLeft, -bytes);
            if (left <= 0)
            {
                pass = bytes + left;
                Volatile.Write(ref _answerBytesLeft, int.MaxValue);
            }
        }

        Interlocked.Add(ref _bytesDown, pass);
        return pass;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                client.LingerState = new LingerOption(true, 0);
                if (_down)
                {
                    client.Dispose();
                    continue;
                }

                _connections++;
                Track(CarryAsync(client));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    private async Task CarryAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0), ReceiveBufferSize = QueueBytes };
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            client.Dispose();
            server.Dispose();
            return;
        }

        var connection = new BadLinkConnection(this, client, server);
        lock (_gate)
        {
            _open.Add(connection);
        }

        await connection.CarryAsync();
        lock (_gate)
        {
            _open.Remove(connection);
        }
    }

    private void Track(Task task)
    {
        lock (_gate)
        {
            _tasks.Add(task);
        }
    }
}
