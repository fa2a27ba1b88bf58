using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Roost.Gateway.Http;

/// <summary>
/// A server that stops within <see cref="StopLimit"/>: it waits so long for answers under way, then ends their connections. One request
/// that never ends must not use up the time in which the rooms behind it drain.
/// </summary>
internal sealed class PromptServer(IServer server, TimeProvider clock) : IServer
{
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    public IFeatureCollection Features => server.Features;

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull => server.StartAsync(application, cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(StopLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await server.StopAsync(either.Token);
    }

    public void Dispose() => server.Dispose();
}
