using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.LocalLambda.Workers;

namespace Roost.LocalLambda.RuntimeApi;

/// <summary>
/// Serves the Lambda Runtime API to all workers by one Kestrel of its own, which is never reachable from a network. Which worker speaks is known
/// from the socket that its connection came in by, and on the machine's own loopback from whose process it is too, so a worker cannot answer for another.
/// </summary>
internal sealed class RuntimeApiServer : IAsyncDisposable
{
    /// <summary>A runtime needs one or two; a function that opens more is not served.</summary>
    public const int MaxConnectionsPerWorker = 16;

    /// <summary>What is read of a connection before somebody asks for it; Kestrel's own is 1 MiB.</summary>
    private const int MaxUnreadBytes = 128 * 1024;

    private readonly WorkerConnections _connections = new();
    private readonly SocketConnectionContextFactory _contexts;
    private readonly KestrelServer _server;
    private readonly RuntimeApiApplication _application;

    public RuntimeApiServer(TimeProvider clock, ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null; // counted by the application, which has to tell the size
        options.Limits.MinRequestBodyDataRate = null; // a slow function is bounded by its own time limit
        options.Limits.MinResponseDataRate = null;
        options.Limits.KeepAliveTimeout = TimeSpan.FromDays(365);
        options.Listen(_connections.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        _server = new KestrelServer(Options.Create(options), _connections, loggers);
        _contexts = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions { MaxReadBufferSize = MaxUnreadBytes, MaxWriteBufferSize = MaxUnreadBytes }, loggers.CreateLogger<SocketConnectionContextFactory>());
        _application = new RuntimeApiApplication(clock);
    }

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(_application, cancellationToken);

    /// <summary>Takes a worker's connections until the listener is disposed of.</summary>
    /// <param name="listener">The worker's unix socket, or a TCP socket inside its sandbox.</param>
    public async Task AcceptAsync(Worker worker, Socket listener)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync();
                if (socket.AddressFamily == AddressFamily.InterNetwork)
                {
                    socket.NoDelay = true;
                    if (worker.SharesLoopback && !(await worker.ProcessAsync() is { } process && LoopbackPeer.IsOf(process, socket)))
                    {
                        socket.Dispose();
                        continue;
                    }
                }

                if (Interlocked.Increment(ref worker.Connections) > MaxConnectionsPerWorker)
                {
                    Interlocked.Decrement(ref worker.Connections);
                    socket.Dispose();
                    continue;
                }

                var connection = _contexts.Create(socket);
                connection.Features.Set(worker);
                connection.ConnectionClosed.UnsafeRegister(static state => Interlocked.Decrement(ref ((Worker)state!).Connections), worker);
                await _connections.AddAsync(connection);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or ChannelClosedException)
        {
            // The listener has been disposed of because the worker ended, or the server stops.
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync(); // the workers are gone: no request is worth waiting for
        await _server.StopAsync(atOnce.Token);
        _server.Dispose();
        _contexts.Dispose();
    }
}
