using System.Threading.Channels;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Client.Queue;

/// <summary>
/// One reading of the log from the position on: a reader hands messages to the client, as many as the window holds, and a settler
/// awaits their answers in the same order. Reconnects are the client's, and go unnoticed here.
/// </summary>
/// <param name="firstAlone">Nothing is sent behind the first message before it is settled: it is in doubt, and what follows would only be repeated.</param>
internal sealed class QueuePass(
    AppendLog log, long from, bool firstAlone, Func<MqttMessage, CancellationToken, ValueTask> publish, MqttOutgoingQueueOptions options, QueueCounters counters, TimeProvider clock)
{
    private const int RecordsPerRead = 64;
    private const int BytesPerRead = 256 * 1024;

    private readonly TaskCompletionSource _firstSettled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SendWindow _window = new(options.MaxInflight, options.MaxInflightBytes);

    // The window bounds it: what waits here has entered.
    private readonly Channel<SentMessage> _sent = Channel.CreateUnbounded<SentMessage>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <param name="settle">Told of each answer, in order; false ends the pass.</param>
    /// <exception cref="MqttConnectionException">The client was closed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> ended it.</exception>
    public async Task RunAsync(Func<SentMessage, MqttPublishRefusedException?, CancellationToken, ValueTask<bool>> settle, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadAsync(ending.Token);
        try
        {
            await SettleAsync(settle, ending.Token);
        }
        finally
        {
            // What the client has not sent yet, it does not send any more: the next pass does, in order.
            await ending.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // its fault came through the channel
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var reader = log.OpenReader(from);
            var skipped = 0L;
            while (true)
            {
                var records = await reader.ReadAsync(RecordsPerRead, BytesPerRead, cancellationToken);
                counters.Read(reader.NextOffset, reader.SkippedRecords - skipped);
                skipped = reader.SkippedRecords;
                for (var i = 0; i < records.Count; i++)
                {
                    await SendAsync(records[i], cancellationToken);
                }
            }
        }
        catch (Exception exception) // the outer edge of this task: the settler throws it once it has come so far
        {
            _sent.Writer.Complete(exception);
        }
    }

    private async Task SendAsync(LogRecord record, CancellationToken cancellationToken)
    {
        var bytes = record.Key.Length + record.Payload.Length;
        await _window.EnterAsync(bytes, cancellationToken);
        if (firstAlone && record.Offset != from)
        {
            await _firstSettled.Task.WaitAsync(cancellationToken);
        }

        var loss = LossOf(record); // after the wait: it may have been long
        var message = loss == QueueLoss.None ? QueueRecord.Read(record, log.Folder, clock.GetUtcNow()) : null;
        if (message is null)
        {
            _sent.Writer.TryWrite(new SentMessage(record.Offset, null, loss == QueueLoss.None ? QueueLoss.Expired : loss, bytes, ValueTask.CompletedTask));
            return;
        }

        counters.HandOver(record.Offset);
        _sent.Writer.TryWrite(new SentMessage(record.Offset, message, QueueLoss.None, bytes, Publish(message, cancellationToken)));
    }

    private QueueLoss LossOf(in LogRecord record) =>
        options is { Full: LogFullPolicy.DropOldest, MaxMessages: { } most } && record.Offset < log.NextOffset - most ? QueueLoss.TooMany
        : options.MaxAge is { } age && clock.GetUtcNow() - record.Timestamp > age ? QueueLoss.TooOld
        : QueueLoss.None;

    /// <remarks>What the client refuses at once is an answer like one that comes later.</remarks>
    private ValueTask Publish(MqttMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return publish(message, cancellationToken);
        }
        catch (Exception exception) when (exception is MqttPublishRefusedException or MqttConnectionException)
        {
            return ValueTask.FromException(exception);
        }
    }

    private async Task SettleAsync(Func<SentMessage, MqttPublishRefusedException?, CancellationToken, ValueTask<bool>> settle, CancellationToken cancellationToken)
    {
        while (await _sent.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_sent.Reader.TryRead(out var sent))
            {
                if (!await settle(sent, await RefusalOfAsync(sent.Answer), cancellationToken))
                {
                    return;
                }

                _firstSettled.TrySetResult();
                _window.Leave(sent.Bytes);
            }
        }
    }

    private static async ValueTask<MqttPublishRefusedException?> RefusalOfAsync(ValueTask answer)
    {
        try
        {
            await answer;
            return null;
        }
        catch (MqttPublishRefusedException exception)
        {
            return exception;
        }
    }
}
