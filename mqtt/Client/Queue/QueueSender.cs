using Microsoft.Extensions.Logging;
using Roost.Mqtt.Client.Connections;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Client.Queue;

/// <summary>Sends the queue in passes: each begins at the position, and ends where the server refuses a message for now.</summary>
internal sealed class QueueSender(
    AppendLog log,
    QueuePosition position,
    Func<MqttMessage, CancellationToken, ValueTask> publish,
    MqttOutgoingQueueOptions options,
    QueueCounters counters,
    TimeProvider clock,
    ILogger logger,
    Func<MqttMessage, MqttPublishRefusedException, CancellationToken, ValueTask>? messageRefused)
{
    /// <summary>How often a message that was refused for an unclear reason is tried.</summary>
    private const int MostTries = 5;

    private readonly ReconnectBackoff _backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), Random.Shared);
    private long _refusedOffset = -1;
    private int _tries;

    /// <summary>Never completes but by an exception.</summary>
    /// <param name="firstAlone">See <see cref="QueuePass"/>; a message that was refused is always sent alone when it is tried again.</param>
    public async Task RunAsync(bool firstAlone, CancellationToken cancellationToken)
    {
        while (true)
        {
            await new QueuePass(log, position.Next, firstAlone, publish, options, counters, clock).RunAsync(SettleAsync, cancellationToken);
            firstAlone = true;
            await Task.Delay(_backoff.Next(), clock, cancellationToken);
        }
    }

    /// <summary>A message's answer has come, in order.</summary>
    /// <returns>False where it is to be sent again: the pass ends.</returns>
    private async ValueTask<bool> SettleAsync(SentMessage sent, MqttPublishRefusedException? refusal, CancellationToken cancellationToken)
    {
        if (sent.Message is null || refusal is { IsExpired: true })
        {
            counters.Lose(sent.Message is null ? sent.Loss : QueueLoss.Expired);
        }
        else if (refusal is null)
        {
            counters.Acknowledge();
            _backoff.Reset();
        }
        else if (IsToBeTriedAgain(sent.Offset, refusal))
        {
            logger.QueueMessageDeferred(log.Folder, sent.Offset, refusal.Message);
            return false;
        }
        else
        {
            logger.QueueMessageRefused(log.Folder, sent.Offset, refusal.Message);
            if (messageRefused is not null)
            {
                await messageRefused(sent.Message, refusal, cancellationToken);
            }

            counters.Refuse();
        }

        position.Advance(sent.Offset + 1);
        counters.Settle(sent.Offset + 1);
        return true;
    }

    private bool IsToBeTriedAgain(long offset, MqttPublishRefusedException refusal)
    {
        _tries = _refusedOffset == offset ? _tries + 1 : 1;
        _refusedOffset = offset;
        return QueueRefusals.Of(refusal) switch
        {
            QueueRefusal.Wait => true,
            QueueRefusal.Retry => messageRefused is null || _tries < MostTries, // nobody keeps it: what was accepted is not thrown away on a doubt
            _ => false,
        };
    }
}
