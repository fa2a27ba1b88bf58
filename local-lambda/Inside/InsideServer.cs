using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.RuntimeApi;

namespace Roost.LocalLambda.Inside;

/// <summary>
/// Serves the gateway's endpoints to functions with grants, by a Kestrel of its own. Which function speaks is known from the socket that its connection
/// came in by; the credentials that its SDK shows are not looked at, but where the function shares the machine's network.
/// </summary>
internal sealed class InsideServer : IAsyncDisposable
{
    private readonly WorkerConnections _connections = new();
    private readonly SocketConnectionContextFactory _contexts;
    private readonly KestrelServer _server;
    private readonly InsideApplication _application;
    private readonly ConcurrentDictionary<string, FunctionBudget> _budgets = new(StringComparer.Ordinal);
    private readonly FunctionOptions _options;
    private readonly TimeProvider _clock;

    public InsideServer(FunctionOptions options, IFunctionGateway gateway, IServiceScopeFactory scopes, Metrics metrics, TimeProvider clock, ILoggerFactory loggers)
    {
        (_options, _clock) = (options, clock);
        var server = new KestrelServerOptions { AddServerHeader = false };
        server.Limits.MaxRequestBodySize = InsideApplication.MaxBodyBytes;
        server.Listen(_connections.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        _server = new KestrelServer(Options.Create(server), _connections, loggers);
        _contexts = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), loggers.CreateLogger<SocketConnectionContextFactory>());
        _application = new InsideApplication(gateway, scopes, metrics, clock, loggers.CreateLogger<InsideServer>());
    }

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(_application, cancellationToken);

    /// <summary>Makes the sockets of one worker, which <see cref="AcceptAsync"/> serves.</summary>
    /// <param name="sharesLoopback">True where the loopback interface that the function sees is the machine's own.</param>
    /// <param name="routes">What the invocation that the worker runs at the moment has passed.</param>
    public InsideAccess Open(FunctionDefinition definition, bool sharesLoopback, string socketPath, Func<string?> routes)
    {
        File.Delete(socketPath);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(socketPath));
        socket.Listen(InsideAccess.MaxConnections);
        var budget = _budgets.GetOrAdd(definition.Name, _ => new FunctionBudget(_options.EndpointRequestsPerSecond, _options.EndpointBodyBytes, _clock));
        return new InsideAccess(definition.Name, new FunctionRights(definition.Grants), budget, sharesLoopback, routes, socketPath, socket);
    }

    /// <summary>Takes a worker's connections until the listener is disposed of.</summary>
    /// <param name="listener">The access's own unix socket, or a TCP socket inside the sandbox.</param>
    public async Task AcceptAsync(InsideAccess access, Socket listener)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync();
                if (socket.AddressFamily == AddressFamily.InterNetwork)
                {
                    socket.NoDelay = true;
                }

                if (Interlocked.Increment(ref access.Connections) > InsideAccess.MaxConnections)
                {
                    Interlocked.Decrement(ref access.Connections);
                    socket.Dispose();
                    continue;
                }

                var connection = _contexts.Create(socket);
                connection.Features.Set(access);
                connection.ConnectionClosed.UnsafeRegister(static state => Interlocked.Decrement(ref ((InsideAccess)state!).Connections), access);
                await _connections.AddAsync(connection);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or ChannelClosedException)
        {
            // The access has been disposed of because the worker ended, or the server stops.
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
