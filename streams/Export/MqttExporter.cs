using Microsoft.Extensions.Logging;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Gates;
using Roost.Streams.Export.Pacing;
using Roost.Streams.Export.Progress;
using Roost.Streams.Upstream;

namespace Roost.Streams.Export;

/// <summary>Carries one stream to the cloud over the uplink, from its durable progress on, connection after connection.</summary>
internal sealed class MqttExporter(
    ExportContext context, IStreamCatalog catalog, MqttMessages messages, Uplink uplink, int inflight, TimeSpan acknowledgeTimeout, ExportGate gate, ExportPace pace, ExportTuning tuning)
    : Exporter(context, catalog, gate, tuning)
{
    protected override string? Obstacle => uplink.Status is { State: not UplinkState.Connected } status
        ? $"There is no connection to the cloud{(status.LastError is { } error ? $": {error}" : ".")}"
        : null;

    protected override async Task RunAsync(RecordStream stream, ExportProgress progress, CancellationToken stoppingToken)
    {
        using var source = new BatchSource(stream, Context.Identity, progress, messages.Rules, Context.Losses, Context.Clock);
        var connected = new MqttExportContext(Context, messages, progress, source, new SuspectRecord(Tuning.MaxAttempts), Gate, pace, inflight, acknowledgeTimeout, Tuning);
        while (true)
        {
            var connection = await uplink.ConnectedAsync(stoppingToken);
            await using (var session = new MqttExportSession(connected, connection))
            {
                await session.RunAsync(stoppingToken);
            }

            await connection.Released.WaitAsync(stoppingToken);
        }
    }
}
