using Microsoft.Extensions.Logging;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client;

/// <summary>
/// Calls the handler for one message after the other, in the order of arrival, and acknowledges each once the handler is done. A
/// handler that is done at once costs neither a task nor a thread; while one is not, the messages behind it wait in a bounded line.
/// </summary>
internal sealed class MessageDispatcher(
    ClientSession session, Func<MqttReceivedMessage, CancellationToken, ValueTask> handler, int maxWaiting, ILogger logger, CancellationToken stopping)
{
    private readonly Lock _gate = new();
    private readonly Queue<Received> _waiting = new();
    private bool _busy;
    private TaskCompletionSource? _space;

    /// <summary>For the reader of a connection.</summary>
    /// <returns>Completes when the reader may go on.</returns>
    public ValueTask DispatchAsync(ClientConnection connection, in PublishView publish)
    {
        var received = new Received(connection, ToMessage(publish), publish.PacketIdentifier);
        lock (_gate)
        {
            if (_busy)
            {
                _waiting.Enqueue(received);
                return _waiting.Count < maxWaiting
                    ? ValueTask.CompletedTask
                    : new ValueTask((_space ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
            }

            _busy = true;
        }

        var handled = Invoke(received);
        if (handled.IsCompletedSuccessfully)
        {
            session.Handled(connection, received.Message.Message.QualityOfService, received.PacketIdentifier);
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

    private static MqttReceivedMessage ToMessage(in PublishView publish) => new(
        new MqttMessage
        {
            Topic = TopicName.Parse(MqttText.ToText(publish.Topic)),
            Payload = publish.Payload.ToArray(), // the one copy: the receive buffer is used again
            QualityOfService = publish.QualityOfService,
            Retain = publish.Retain,
            Properties = PublishProperties.Read(publish.Properties),
        },
        publish.Duplicate);

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
                session.Handled(received.Connection, received.Message.Message.QualityOfService, received.PacketIdentifier);
                received.Connection.Flush();
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

    /// <summary>Without an acknowledgement the server sends the message again on the next connection: that is where we go.</summary>
    private void Fail(in Received received, Exception exception)
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        var reason = received.Connection.Error("the handler of received messages failed", exception);
        logger.HandlerFailed(reason.Host, reason.Port, exception);
        if (received.Message.Message.QualityOfService != QualityOfService.AtMostOnce)
        {
            session.Forget(received.PacketIdentifier);
            received.Connection.Fail(reason);
        }
    }

    private readonly record struct Received(ClientConnection Connection, MqttReceivedMessage Message, ushort PacketIdentifier);
}
