using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Roost.LocalLambda.RuntimeApi;

/// <summary>
/// Kestrel's view of all workers' sockets: one "endpoint" whose connections come from whichever worker has just connected. Kestrel binds its
/// endpoints once, at its start, and workers come and go; so the sockets are accepted elsewhere and only handed over here.
/// </summary>
internal sealed class WorkerConnections : IConnectionListenerFactory, IConnectionListener
{
    // Bounded by the workers' own bound on connections; a writer that waits keeps its connection in the socket's backlog.
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateBounded<ConnectionContext>(
        new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = false });

    public EndPoint EndPoint { get; } = new DnsEndPoint("functions.invalid", 1);

    public ValueTask AddAsync(ConnectionContext connection) => _accepted.Writer.WriteAsync(connection);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _accepted.Reader.WaitToReadAsync(cancellationToken) && _accepted.Reader.TryRead(out var connection) ? connection : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _accepted.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
