using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Shadow.Documents;
using Roost.Shadow.Sync;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Sync;

/// <summary>Two daemons' shadows, one the edge and one its cloud, with the real store on both sides and a link that can be cut.</summary>
internal sealed class SyncPair : IAsyncDisposable
{
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public ShadowHost Edge { get; private set; } = null!;

    public ShadowHost Cloud { get; private set; } = null!;

    public LoopbackUpstream Link { get; private set; } = null!;

    public ShadowSync Sync { get; private set; } = null!;

    public ShadowSyncOptions Options { get; } = new() { Sync = [new ShadowSyncRule { Things = "*" }], MaxRate = 10_000, RetryMax = TimeSpan.FromSeconds(1) };

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public static async Task<SyncPair> StartAsync(Action<SyncPair>? configure = null)
    {
        var pair = new SyncPair { Cloud = await ShadowHost.StartAsync() };
        pair.Link = new LoopbackUpstream(pair.Cloud.Broker);
        configure?.Invoke(pair);
        pair.Edge = await ShadowHost.StartAsync(beforeStart: pair.Create);
        await pair.Sync.StartAsync(CancellationToken.None);
        return pair;
    }

    /// <summary>The edge's daemon stops and starts again.</summary>
    public async Task RestartEdgeAsync(Action? meanwhile = null)
    {
        await Sync.StopAsync(CancellationToken.None);
        await Edge.Service.StopAsync(CancellationToken.None);
        meanwhile?.Invoke();
        await Edge.RestartAsync(Create);
        await Sync.StartAsync(CancellationToken.None);
    }

    public static async Task UpdateAsync(ShadowHost side, ShadowId id, string state) =>
        Assert.That((await side.Service.UpdateAsync(id, Some.Utf8($"{{\"state\":{state}}}"), ShadowOrigin.Daemon)).Error, Is.Null);

    public static Task DeleteAsync(ShadowHost side, ShadowId id) => side.Service.DeleteAsync(id, default, ShadowOrigin.Daemon);

    /// <returns>Desired and reported as JSON; null where there is no shadow.</returns>
    public static async Task<string?> StateAsync(ShadowHost side, ShadowId id) => await SideAsync(side, id) is { } state ? SyncConflict.TextOf(state) : null;

    public static async Task<ShadowState?> SideAsync(ShadowHost side, ShadowId id)
    {
        var answer = await side.Service.GetAsync(id);
        if (answer.Error is not null)
        {
            return null;
        }

        using var json = JsonDocument.Parse(answer.Body);
        return ShadowDocumentReader.Read(json.RootElement)!.State;
    }

    public async Task<bool> AreEqualAsync(ShadowId id) => StateEquality.Same(await SideAsync(Edge, id), await SideAsync(Cloud, id));

    /// <summary>Until nobody has anything to do, and all are known to be equal.</summary>
    public Task IsQuietAsync(TimeSpan? limit = null) => Eventually.IsTrueAsync(
        () => Sync.ConnectionState == SyncConnectionState.Connected && Sync.Views().All(view => view.State == SyncState.Synced),
        $"the sync to come to rest; now {string.Join(", ", Sync.Views().GroupBy(view => (view.State, view.Turn.Error)).Select(group => $"{group.Count()} {group.Key}"))}",
        limit);

    public async Task BecomesAsync(ShadowHost side, ShadowId id, string? state)
    {
        string? found = null;
        await Eventually.IsTrueAsync(async () => (found = await StateAsync(side, id)) == state, $"{id} to become {state ?? "nothing"}");
    }

    public async ValueTask DisposeAsync()
    {
        await Sync.DisposeAsync();
        await Edge.DisposeAsync();
        await Cloud.DisposeAsync();
        await _meters.DisposeAsync();
    }

    private void Create(ShadowHost edge) => Sync = new ShadowSync(
        edge.Service,
        Microsoft.Extensions.Options.Options.Create(Options),
        Microsoft.Extensions.Options.Options.Create(edge.Options),
        Clock,
        _meters.GetRequiredService<IMeterFactory>(),
        NullLogger<ShadowSync>.Instance,
        Link);
}
