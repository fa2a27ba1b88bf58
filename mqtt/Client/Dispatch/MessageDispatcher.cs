using Microsoft.Extensions.Logging;
using Roost.Mqtt.Client.Connections;
using Roost.Mqtt.Client.Sessions;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Dispatch;

/// <summary>
/// Calls the handler for one message after the other, in the order of arrival, and acknowledges in that order, each once the handler is done.
/// It may have several in hand. A handler that is done at once costs neither a task nor a thread; what it cannot take yet waits in a bounded line.
/// </summary>
internal sealed class MessageDispatcher(
    ClientSession session, Func<MqttReceivedMessage, CancellationToken, ValueTask> handler, MqttClientOptions options, ILogger logger, CancellationToken stopping)
{
    private readonly Lock _gate = new();
    private readonly Queue<Received> _waiting = new();
    private readonly Queue<(Received Message, ValueTask Handled)> _inHand = new();
    private long _waitingBytes;
    private long _inHandBytes;
    private bool _calling; // one thread at a time calls the handler: its order is theirs
    private bool _finishing;
    private TaskCompletionSource? _space;

    /// <summary>For the reader of a connection.</summary>
    /// <returns>Completes when the reader may go on.</returns>
    public ValueTask DispatchAsync(ClientConnection connection, in PublishView publish, TopicName topic, ReceivedExactlyOnce? exactlyOnce)
    {
        var received = new Received(connection, MessageReader.Read(publish, topic), publish.PacketIdentifier, exactlyOnce);
        lock (_gate)
        {
            _waiting.Enqueue(received);
            _waitingBytes += received.Bytes;
        }

        Call(flushes: false); // the reader does, once it has handled all that is there
        lock (_gate)
        {
            // In MQTT 5 the server keeps to our Receive Maximum, so that acknowledgements of our own messages can still be read.
            return _waiting.Count <= options.MaxReceivedMessages && _waitingBytes <= options.MaxReceivedBytes
                ? ValueTask.CompletedTask
                : new ValueTask((_space ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
        }
    }

    /// <summary>Hands to the handler what it may have, unless another thread is about it, which then does it for us.</summary>
    private void Call(bool flushes)
    {
        lock (_gate)
        {
            if (_calling)
            {
                return;
            }

            _calling = true;
        }

        while (TryTake(out var received))
        {
            var handled = Invoke(received);
            if (handled.IsCompletedSuccessfully && IsFirst())
            {
                Acknowledge(received);
                if (flushes)
                {
                    Flush(received);
                }
            }
            else
            {
                Keep(received, handled);
            }
        }
    }

    /// <summary>All before it are acknowledged; it stays so, as only the caller of this adds to what is in hand.</summary>
    private bool IsFirst()
    {
        lock (_gate)
        {
            return _inHand.Count == 0;
        }
    }

    private void Keep(in Received received, ValueTask handled)
    {
        lock (_gate)
        {
            _inHand.Enqueue((received, handled));
            _inHandBytes += received.Bytes;
            if (_finishing)
            {
                return;
            }

            _finishing = true;
        }

        _ = FinishAsync();
    }

    private static void Flush(in Received received)
    {
        received.Connection.Output.Flush();
        received.ExactlyOnce?.SentOn.Output.Flush();
    }

    /// <returns>False where there is nothing, or the handler has enough: <see cref="Call"/> is over.</returns>
    private bool TryTake(out Received received)
    {
        lock (_gate)
        {
            if (!_waiting.TryPeek(out received) || !HasRoom(received))
            {
                received = default;
                _calling = false;
                return false;
            }

            _waiting.Dequeue();
            _waitingBytes -= received.Bytes;
            if (_waiting.Count <= options.MaxReceivedMessages && _waitingBytes <= options.MaxReceivedBytes)
            {
                _space?.TrySetResult();
                _space = null;
            }

            return true;
        }
    }

    private bool HasRoom(in Received next) =>
        _inHand.Count == 0 || (_inHand.Count < options.MaxHandledMessages && _inHandBytes + next.Bytes <= options.MaxReceivedBytes);

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

    /// <summary>Awaits the messages in hand, the first of them first, and acknowledges them.</summary>
    private async Task FinishAsync()
    {
        while (true)
        {
            (Received Message, ValueTask Handled) first;
            lock (_gate)
            {
                if (!_inHand.TryPeek(out first))
                {
                    _finishing = false;
                    return;
                }
            }

            try
            {
                await first.Handled;
                Acknowledge(first.Message);
                Flush(first.Message);
            }
            catch (Exception exception) // the handler is not ours: any exception withholds the acknowledgement
            {
                Fail(first.Message, exception);
            }

            lock (_gate)
            {
                _inHandBytes -= _inHand.Dequeue().Message.Bytes;
            }

            Call(flushes: true);
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
        ClientConnection Connection, MqttReceivedMessage Message, ushort PacketIdentifier, ReceivedExactlyOnce? ExactlyOnce)
    {
        public int Bytes => Message.Message.Payload.Length;
    }
}
