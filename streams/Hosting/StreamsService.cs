using Microsoft.Extensions.Hosting;
using Roost.Streams.Catalog;
using Roost.Streams.Cursors;
using Roost.Streams.Export;
using Roost.Streams.Space;
using Roost.Streams.Upstream;

namespace Roost.Streams.Hosting;

/// <summary>
/// Start: open the streams, then let uplink and exports run in the background; whether the cloud is there does not matter. Stop, in the
/// other order: exports drain and note their positions, the uplink says goodbye, the streams are synced and closed.
/// </summary>
internal sealed class StreamsService(StreamCatalog catalog, ExportRegistry exports, Uplink uplink, ConsumedSpace consumed, StreamSpace space) : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stoppingExports = new();
    private readonly CancellationTokenSource _stoppingUplink = new();
    private Task _exporting = Task.CompletedTask;
    private Task _connecting = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        catalog.Open();
        space.Start();
        if (uplink.IsConfigured)
        {
            _connecting = Task.Run(() => uplink.RunAsync(_stoppingUplink.Token), CancellationToken.None);
        }

        _exporting = exports.RunAsync(_stoppingExports.Token);
        return Task.CompletedTask;
    }

    /// <summary>Takes at most the exports' time to drain and the goodbye, some three seconds.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stoppingExports.CancelAsync();
        await _exporting;
        await _stoppingUplink.CancelAsync();
        await _connecting;
        consumed.Dispose();
        await catalog.CloseAsync();
    }

    public ValueTask DisposeAsync()
    {
        _stoppingExports.Dispose();
        _stoppingUplink.Dispose();
        return ValueTask.CompletedTask;
    }
}
