using System.Threading.Channels;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Upstream;

namespace Roost.Streams.Bridge;

/// <summary>Messages of QoS 0 on their way out: now or never. They pass the queue, and the disk sees nothing of them.</summary>
internal sealed class DirectSender(Uplink uplink, EchoFilters echoes, DropWarning warning)
{
    private const int Most = 1000;

    // Full: what comes is dropped and counted, as it would be late anyway.
    private readonly Channel<(BridgeEntry Entry, MqttMessage Message)> _waiting =
        Channel.CreateBounded<(BridgeEntry Entry, MqttMessage Message)>(new BoundedChannelOptions(Most) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>For the broker's loop: returns at once.</summary>
    public void Send(BridgeEntry entry, MqttMessage message)
    {
        if (uplink.Status.State != UplinkState.Connected)
        {
            Drop(entry, BridgeDrop.Offline);
        }
        else if (!_waiting.Writer.TryWrite((entry, message)))
        {
            Drop(entry, BridgeDrop.Busy);
        }
    }

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var connection = await uplink.AliveAsync(stoppingToken);
                await SendOnAsync(connection, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return; // stopping
            }
        }
    }

    private async Task SendOnAsync(UplinkConnection connection, CancellationToken stoppingToken)
    {
        while (!connection.Lost.IsCancellationRequested)
        {
            var (entry, message) = await _waiting.Reader.ReadAsync(stoppingToken);
            try
            {
                echoes.Expect(message);
                await ((IUplinkConnection)connection).PublishAsync(message);
                entry.Counters.Out(message);
            }
            catch (MqttConnectionException)
            {
                Drop(entry, BridgeDrop.Offline);
            }
            catch (MqttPublishRefusedException)
            {
                Drop(entry, BridgeDrop.Refused);
            }
        }
    }

    private void Drop(BridgeEntry entry, BridgeDrop reason)
    {
        entry.Counters.DropOut(reason);
        warning.Note(entry.Name, reason, entry.Counters.DroppedOut(reason));
    }
}
