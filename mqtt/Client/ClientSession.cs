using Microsoft.Extensions.Logging;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client;

/// <summary>
/// What outlives a connection (section 4.1): messages not yet acknowledged, requests not yet answered, subscriptions, and the
/// identifiers of QoS 2 messages received. One lock; nothing is awaited or called back under it.
/// </summary>
internal sealed class ClientSession(MqttClientOptions options, ILogger logger)
{
    /// <summary>Filters in one SUBSCRIBE when subscriptions are made again.</summary>
    private const int FiltersPerSubscribe = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, OutgoingPublish> _inflight = [];
    private readonly Dictionary<ushort, PendingRequest> _requests = [];
    private readonly Dictionary<ushort, SubscribePacket> _resubscribes = [];
    private readonly Dictionary<string, SubscriptionRequest> _subscriptions = [];

    /// <summary>QoS 2 messages received; true once the handler is done with them.</summary>
    private readonly Dictionary<ushort, bool> _received = [];

    private Queue<OutgoingPublish> _waiting = new();
    private ClientConnection? _connection;
    private MqttConnectionException? _closed;
    private int _quota;
    private ushort _lastIdentifier;
    private long _lastSequence;

    /// <exception cref="MqttPublishRefusedException">Too many messages wait already, or the server will not take this one.</exception>
    /// <exception cref="MqttConnectionException">The client is closed; or, at QoS 0, not connected.</exception>
    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var size = MessageEncoder.GetSize(message, options.ProtocolVersion);
        if (message.QualityOfService == QualityOfService.AtMostOnce)
        {
            return PublishAtMostOnce(message, size, cancellationToken);
        }

        OutgoingPublish publish;
        lock (_gate)
        {
            ThrowIfClosed();
            if (_inflight.Count + _waiting.Count >= options.MaxQueuedMessages)
            {
                throw new MqttPublishRefusedException($"{options.MaxQueuedMessages} messages wait for {options.Host}:{options.Port} already.");
            }

            if (_connection is { } connected)
            {
                ThrowIfNotTaken(connected, message, size);
            }

            publish = new OutgoingPublish(message, ++_lastSequence);
            _waiting.Enqueue(publish);
            SendWaiting();
            _connection?.Flush();
        }

        if (cancellationToken.CanBeCanceled)
        {
            publish.Cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((OutgoingPublish)state!).Complete(new OperationCanceledException(token)), publish);
            if (publish.IsCompleted)
            {
                publish.Cancellation.Dispose();
            }
        }

        return publish.Task;
    }

    /// <summary>Sends SUBSCRIBE or UNSUBSCRIBE, now or on the next connection.</summary>
    public async Task<ReasonCode> RequestAsync(Func<ushort, ControlPacket> makePacket, CancellationToken cancellationToken)
    {
        PendingRequest request;
        ushort identifier;
        lock (_gate)
        {
            ThrowIfClosed();
            identifier = NextIdentifier();
            request = new PendingRequest(makePacket(identifier));
            _requests.Add(identifier, request);
            _connection?.Send(request.Packet);
        }

        return await request.Task.WaitAsync(cancellationToken);
    }

    /// <summary>A connection is up: sends again what the last one left open, in order, then what waits.</summary>
    public void Attach(ClientConnection connection)
    {
        lock (_gate)
        {
            _connection = connection;
            _quota = Math.Min(options.MaxInflight, connection.ConnAck.ReceiveMaximum ?? ushort.MaxValue);
            _resubscribes.Clear();
            if (connection.ConnAck.SessionPresent)
            {
                Resend(connection);
            }
            else
            {
                _received.Clear();
                Resubscribe(connection);
                Requeue();
            }

            foreach (var request in _requests.Values)
            {
                connection.Send(request.Packet);
            }

            SendWaiting();
            connection.Flush();
        }
    }

    public void Detach()
    {
        lock (_gate)
        {
            _connection = null;
        }
    }

    /// <summary>The client will not connect again: whoever waits is told.</summary>
    public void Close(MqttConnectionException reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            _connection = null;
            foreach (var publish in _inflight.Values.Concat(_waiting))
            {
                publish.Cancellation.Dispose();
                publish.Complete(reason);
            }

            foreach (var request in _requests.Values)
            {
                request.Fail(reason);
            }

            _inflight.Clear();
            _waiting.Clear();
            _requests.Clear();
        }
    }

    /// <summary>PUBACK, PUBREC, PUBREL or PUBCOMP has come.</summary>
    public void Acknowledge(ClientConnection connection, PacketType type, in Acknowledgement acknowledgement)
    {
        var identifier = acknowledgement.PacketIdentifier;
        lock (_gate)
        {
            if (type == PacketType.PubRel)
            {
                _received.Remove(identifier);
                connection.SendAcknowledgement(PacketType.PubComp, identifier); // [MQTT-4.3.3-11], also when it is unknown
                return;
            }

            if (!_inflight.TryGetValue(identifier, out var publish))
            {
                if (type == PacketType.PubRec)
                {
                    connection.SendAcknowledgement(PacketType.PubRel, identifier); // of an earlier life: let the server finish
                }

                return;
            }

            if (type == PacketType.PubRec && acknowledgement.ReasonCode < ReasonCode.UnspecifiedError)
            {
                publish.Released = true;
                connection.SendAcknowledgement(PacketType.PubRel, identifier);
                return;
            }

            _inflight.Remove(identifier);
            _quota++;
            publish.Cancellation.Dispose();
            publish.Complete(type != PacketType.PubComp && acknowledgement.ReasonCode >= ReasonCode.UnspecifiedError
                ? new MqttPublishRefusedException($"The server refused the message (reason {acknowledgement.ReasonCode}, 0x{(byte)acknowledgement.ReasonCode:X2}).") { ReasonCode = acknowledgement.ReasonCode }
                : null);
            SendWaiting();
        }
    }

    public void CompleteRequest(SubscribeAcknowledgementPacket answer)
    {
        PendingRequest? request;
        lock (_gate)
        {
            if (_resubscribes.Remove(answer.PacketIdentifier, out var resubscribe))
            {
                ForgetRefused(resubscribe, answer.ReasonCodes);
                return;
            }

            if (!_requests.Remove(answer.PacketIdentifier, out request))
            {
                return;
            }

            var reasonCode = answer.ReasonCodes.Count > 0 ? answer.ReasonCodes[0] : ReasonCode.Success;
            switch (request.Packet)
            {
                case SubscribePacket subscribe when reasonCode < ReasonCode.UnspecifiedError:
                    _subscriptions[subscribe.Subscriptions[0].Filter] = subscribe.Subscriptions[0];
                    break;
                case UnsubscribePacket unsubscribe:
                    _subscriptions.Remove(unsubscribe.Filters[0]);
                    break;
            }

            request.Complete(reasonCode);
        }
    }

    /// <returns>False for a QoS 2 message that has been delivered before.</returns>
    public bool Accept(ClientConnection connection, in PublishView publish)
    {
        if (publish.QualityOfService != QualityOfService.ExactlyOnce)
        {
            return true;
        }

        lock (_gate)
        {
            if (!_received.TryGetValue(publish.PacketIdentifier, out var handled))
            {
                _received.Add(publish.PacketIdentifier, false);
                return true;
            }

            if (handled)
            {
                connection.SendAcknowledgement(PacketType.PubRec, publish.PacketIdentifier); // [MQTT-4.3.3-10]
            }

            return false;
        }
    }

    /// <summary>The handler is done with a message: it is acknowledged, where its connection still is.</summary>
    public void Handled(ClientConnection connection, QualityOfService quality, ushort identifier)
    {
        if (quality == QualityOfService.AtLeastOnce)
        {
            connection.SendAcknowledgement(PacketType.PubAck, identifier);
        }
        else if (quality == QualityOfService.ExactlyOnce)
        {
            lock (_gate)
            {
                if (_received.ContainsKey(identifier))
                {
                    _received[identifier] = true;
                }

                // The connection may be a later one: the server has sent the message again and waits there.
                (_connection ?? connection).SendAcknowledgement(PacketType.PubRec, identifier);
                _connection?.Flush();
            }
        }
    }

    /// <summary>The handler failed: a QoS 2 message that comes again is new to it.</summary>
    public void Forget(ushort identifier)
    {
        lock (_gate)
        {
            _received.Remove(identifier);
        }
    }

    private ValueTask PublishAtMostOnce(MqttMessage message, int size, CancellationToken cancellationToken)
    {
        Task space;
        lock (_gate)
        {
            ThrowIfClosed();
            var connection = _connection
                ?? throw new MqttConnectionException(options.Host, options.Port, null, "not connected; a QoS 0 message does not wait for a connection");
            ThrowIfNotTaken(connection, message, size);
            connection.SendPublish(message, size, 0, duplicate: false);
            connection.Flush();
            space = connection.WaitForSpaceAsync();
        }

        return space.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(space.WaitAsync(cancellationToken));
    }

    /// <summary>Sends as many of the waiting messages as the server's Receive Maximum leaves room for [MQTT-3.3.4-9].</summary>
    private void SendWaiting()
    {
        while (_connection is { } connection && _quota > 0 && _waiting.TryDequeue(out var publish))
        {
            if (publish.IsCompleted)
            {
                continue; // cancelled before it was sent
            }

            var size = MessageEncoder.GetSize(publish.Message, options.ProtocolVersion);
            if (FaultOf(connection, publish.Message, size) is { } fault) // it was queued before the server told its limits
            {
                publish.Cancellation.Dispose();
                publish.Complete(fault);
                continue;
            }

            publish.PacketIdentifier = NextIdentifier();
            _inflight.Add(publish.PacketIdentifier, publish);
            _quota--;
            connection.SendPublish(publish.Message, size, publish.PacketIdentifier, duplicate: false);
        }
    }

    /// <summary>The session is there: PUBLISH with DUP or PUBREL for everything open, in the first order [MQTT-4.4.0-1], [MQTT-4.6.0-1].</summary>
    private void Resend(ClientConnection connection)
    {
        foreach (var publish in _inflight.Values.OrderBy(publish => publish.Sequence))
        {
            _quota--;
            if (publish.Released)
            {
                connection.SendAcknowledgement(PacketType.PubRel, publish.PacketIdentifier);
            }
            else
            {
                var size = MessageEncoder.GetSize(publish.Message, options.ProtocolVersion);
                connection.SendPublish(publish.Message, size, publish.PacketIdentifier, duplicate: true); // [MQTT-3.3.1-1]
            }
        }
    }

    /// <summary>
    /// The session is gone, and with it whatever the server had of the open messages: they are published anew, before those that
    /// wait. One that had its PUBREC too: it may arrive twice, but is not lost.
    /// </summary>
    private void Requeue()
    {
        var queue = new Queue<OutgoingPublish>(_inflight.Values.OrderBy(publish => publish.Sequence).Concat(_waiting));
        foreach (var publish in _inflight.Values)
        {
            publish.PacketIdentifier = 0;
            publish.Released = false;
        }

        _inflight.Clear();
        _waiting = queue;
    }

    private void Resubscribe(ClientConnection connection)
    {
        foreach (var filters in _subscriptions.Values.Chunk(FiltersPerSubscribe))
        {
            var packet = new SubscribePacket { PacketIdentifier = NextIdentifier(), Subscriptions = filters };
            _resubscribes.Add(packet.PacketIdentifier, packet);
            connection.Send(packet);
        }
    }

    private void ForgetRefused(SubscribePacket resubscribe, IReadOnlyList<ReasonCode> reasonCodes)
    {
        for (var i = 0; i < resubscribe.Subscriptions.Count && i < reasonCodes.Count; i++)
        {
            if (reasonCodes[i] >= ReasonCode.UnspecifiedError)
            {
                logger.ResubscribeRefused(options.Host, options.Port, resubscribe.Subscriptions[i].Filter, reasonCodes[i]);
            }
        }
    }

    /// <summary>The next that is not in use: publications and requests share the 65,535 identifiers [MQTT-2.2.1-3].</summary>
    private ushort NextIdentifier()
    {
        do
        {
            _lastIdentifier = _lastIdentifier == ushort.MaxValue ? (ushort)1 : (ushort)(_lastIdentifier + 1);
        }
        while (_inflight.ContainsKey(_lastIdentifier) || _requests.ContainsKey(_lastIdentifier) || _resubscribes.ContainsKey(_lastIdentifier));

        return _lastIdentifier;
    }

    private void ThrowIfClosed()
    {
        if (_closed is { } closed)
        {
            throw new MqttConnectionException(options.Host, options.Port, closed.ReasonCode, "the client is closed", closed);
        }
    }

    private static void ThrowIfNotTaken(ClientConnection connection, MqttMessage message, int size)
    {
        if (FaultOf(connection, message, size) is { } fault)
        {
            throw fault;
        }
    }

    /// <returns>Null when the server's announced limits allow the message.</returns>
    private static MqttPublishRefusedException? FaultOf(ClientConnection connection, MqttMessage message, int size)
    {
        if (size > connection.MaxSendBytes)
        {
            return new($"The message has {size} bytes as a packet; the server takes {connection.MaxSendBytes}.") { ReasonCode = ReasonCode.PacketTooLarge }; // [MQTT-3.2.2-15]
        }

        if (message.QualityOfService > connection.ConnAck.MaximumQualityOfService)
        {
            return new($"The server takes no QoS above {(int)connection.ConnAck.MaximumQualityOfService}.") { ReasonCode = ReasonCode.QualityOfServiceNotSupported }; // [MQTT-3.2.2-11]
        }

        return message.Retain && !connection.ConnAck.RetainAvailable
            ? new("The server keeps no retained messages.") { ReasonCode = ReasonCode.RetainNotSupported } // [MQTT-3.2.2-14]
            : null;
    }
}
