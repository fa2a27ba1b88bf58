using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Storage.Logs;
using Roost.Streams.Export;
using Roost.Streams.Upstream;

namespace Roost.Streams.Bridge;

/// <summary>Sends one entry's queue, over one connection after the other. A message that the cloud will not take goes to <c>$dead</c>.</summary>
internal sealed class QueueRun
{
    private static readonly TimeSpan s_dropLook = TimeSpan.FromMinutes(1);

    private readonly Uplink _uplink;
    private readonly DeadRecords _dead;
    private readonly EchoFilters _echoes;
    private readonly DropWarning _warning;
    private readonly ILogger _logger;
    private readonly JitteredBackoff _backoff;

    public QueueRun(BridgeEntry entry, MqttOutgoingQueue queue, Uplink uplink, DeadRecords dead, EchoFilters echoes, DropWarning warning, BridgeServices services)
    {
        Entry = entry;
        Queue = queue;
        Clock = services.Clock;
        Tuning = services.Tuning;
        AcknowledgeTimeout = services.AcknowledgeTimeout;
        Suspect = new SuspectRecord(services.Tuning.MaxAttempts);
        _uplink = uplink;
        _dead = dead;
        _echoes = echoes;
        _warning = warning;
        _logger = services.Logger;
        _backoff = new JitteredBackoff(services.Tuning.RetryFirst, services.Tuning.RetryMax, services.Clock, Random.Shared);
        queue.MessageRefused = KeepDeadAsync;
    }

    public BridgeEntry Entry { get; }

    public MqttOutgoingQueue Queue { get; }

    public TimeProvider Clock { get; }

    public ExportTuning Tuning { get; }

    public TimeSpan AcknowledgeTimeout { get; }

    public SuspectRecord Suspect { get; }

    /// <summary>Why nothing is sent; null while it is, or waits for a connection.</summary>
    public string? Fault { get; private set; }

    public void ExpectEcho(MqttMessage message) => _echoes.Expect(message);

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        await using var look = Clock.CreateTimer(_ => _warning.NoteTotal(Entry.Name, BridgeDrop.Full, Queue.Status.Dropped), null, s_dropLook, s_dropLook);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var connection = await _uplink.AliveAsync(stoppingToken);
                if (Suspect.Guilty is not null)
                {
                    await Queue.GiveUpFirstAsync($"the server closed the connection {Tuning.MaxAttempts} times in a row when it got this message alone", stoppingToken);
                    Suspect.Cleared();
                }

                using var session = new QueueSession(this, connection);
                Fault = null;
                await session.RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is LogFullException or StreamRefusedException) // $dead: the message stays where it is
            {
                Fault = $"a refused message cannot be moved to $dead: {exception.Message}";
                BridgeLog.QueueWaits(_logger, Entry.Name, Fault);
                await _backoff.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception) // the outer edge of this task: a damaged queue, a failed disk
            {
                Fault = $"its queue cannot be sent: {exception.Message}";
                BridgeLog.QueueStopped(_logger, Entry.Name, exception);
                return;
            }
        }
    }

    private async ValueTask KeepDeadAsync(MqttMessage message, MqttPublishRefusedException refusal, CancellationToken cancellationToken)
    {
        await _dead.KeepAsync(Entry.Name, message, refusal.Message);
        _warning.Note(Entry.Name, BridgeDrop.Refused, Queue.Status.Refused + 1);
    }
}
