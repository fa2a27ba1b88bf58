using Microsoft.Extensions.Logging;
using Roost.Mqtt.Client.Connections;
using Roost.Mqtt.Client.Sessions;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Dispatch;

/// <summary>
/// Calls the handler for one message after the other, in the order of arrival, and acknowledges each once the handler is done. A
/// handler that is done at once costs neither a task nor a thread; while one is not, the messages behind it wait in a bounded line.
/// </summary>
internal sealed class MessageDispatcher(
    ClientSession session, Func<MqttReceivedMessage, CancellationToken, ValueTask> handler, MqttClientOptions options, ILogger logger, CancellationToken stopping)
{
    private readonly Lock _gate = new();
    private readonly Queue<Received> _waiting = new();
    private bool _busy;
    private TaskCompletionSource? _space;

    /// <summary>For the reader of a connection.</summary>
    /// <returns>Completes when the reader may go on.</returns>
    public ValueTask DispatchAsync(ClientConnection connection, in PublishView publish, TopicName topic, ReceivedExactlyOnce? exactlyOnce)
    {
        var received = new Received(connection, MessageReader.Read(publish, topic), publish.PacketIdentifier, exactlyOnce);
        lock (_gate)
        {
            if (_busy)
            {
                _waiting.Enqueue(received);
                return _waiting.Count < options.MaxReceivedMessages
                    ? ValueTask.CompletedTask
                    : new ValueTask((_space ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
            }

            _busy = true;
        }

        var handled = Invoke(received);
        if (handled.IsCompletedSuccessfully)
        {
            Acknowledge(received);
            lock (_gate)
            {
                _busy = false; // nobody else enqueues: this is the only reader
            }
        }
        else
        {
            _ = FinishAsync(handled, received);
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask Invoke(in Received received)
    {
        try
        {
            return handler(received.Message, stopping);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException(exception); // a handler that throws before its first await
        }
    }

    /// <summary>Awaits the message that is being handled, then handles those that wait behind it.</summary>
    private async Task FinishAsync(ValueTask handled, Received received)
    {
        while (true)
        {
            try
            {
                await handled;
                Acknowledge(received);
                received.Connection.Output.Flush();
                received.ExactlyOnce?.SentOn.Output.Flush();
            }
            catch (Exception exception) // the handler is not ours: any exception withholds the acknowledgement
            {
                Fail(received, exception);
            }

            lock (_gate)
            {
                _space?.TrySetResult();
                _space = null;
                if (!_waiting.TryDequeue(out received))
                {
                    _busy = false;
                    return;
                }
            }

            handled = Invoke(received);
        }
    }

    private void Acknowledge(in Received received)
    {
        if (received.ExactlyOnce is { } exactlyOnce)
        {
            session.Handled(exactlyOnce);
        }
        else if (received.Message.Message.QualityOfService == QualityOfService.AtLeastOnce)
        {
            // Only where it came from: on a later connection the server sends it again, and has other messages under its number.
            received.Connection.Output.SendAcknowledgement(PacketType.PubAck, received.PacketIdentifier);
        }
    }

    /// <summary>Without an acknowledgement the server sends the message again on the next connection: that is where we go.</summary>
    private void Fail(in Received received, Exception exception)
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        logger.HandlerFailed(options.Endpoint, exception);
        if (received.Message.Message.QualityOfService == QualityOfService.AtMostOnce)
        {
            return;
        }

        var reason = received.Connection.Error("the handler of received messages failed", inner: exception);
        received.Connection.Fail(reason);
        if (received.ExactlyOnce is { } exactlyOnce)
        {
            session.Forget(exactlyOnce);
            exactlyOnce.SentOn.Fail(reason); // a later connection, on which the server waits for this message by now
        }
    }

    private readonly record struct Received(
        ClientConnection Connection, MqttReceivedMessage Message, ushort PacketIdentifier, ReceivedExactlyOnce? ExactlyOnce);
}
