using Microsoft.Extensions.Logging;
using Roost.Mqtt.Client.Connections;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Sessions;

/// <summary>
/// What outlives a connection (section 4.1): messages not yet acknowledged, requests not yet answered, subscriptions, and the QoS 2
/// messages received. This class is their one lock; nothing is awaited or called back under it.
/// </summary>
internal sealed class ClientSession
{
    private readonly MqttClientOptions _options;
    private readonly Lock _gate = new();
    private readonly OutgoingMessages _outgoing;
    private readonly SubscriptionRequests _requests;
    private readonly ReceivedMessages _received = new();
    private PacketOutput? _output;
    private MqttConnectionException? _closed;
    private bool _wasConnected;

    public ClientSession(MqttClientOptions options, TimeProvider clock, ILogger logger)
    {
        _options = options;
        var identifiers = new PacketIdentifiers();
        _outgoing = new OutgoingMessages(options, identifiers, clock);
        _requests = new SubscriptionRequests(options, identifiers, logger);
    }

    /// <exception cref="MqttPublishRefusedException">Too many messages wait already, or the server will not take this one.</exception>
    /// <exception cref="MqttConnectionException">The client is closed; or, at QoS 0, not connected.</exception>
    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var size = MessageEncoder.GetSize(message, _options.ProtocolVersion);
        if (message.QualityOfService == QualityOfService.AtMostOnce)
        {
            return PublishAtMostOnceAsync(message, size, cancellationToken);
        }

        lock (_gate)
        {
            ThrowIfClosed();
            ThrowIfNotTaken(message, size);
            var publish = _outgoing.Add(message);
            if (cancellationToken.CanBeCanceled)
            {
                publish.Cancellation = cancellationToken.UnsafeRegister(
                    static (state, token) =>
                    {
                        var (session, publish) = ((ClientSession, OutgoingPublish))state!;
                        session.Cancel(publish, token);
                    },
                    (this, publish));
            }

            if (_output is { } output)
            {
                _outgoing.Send(output);
                output.Flush();
            }

            return publish.Task;
        }
    }

    /// <summary>Sends SUBSCRIBE or UNSUBSCRIBE, now or on the next connection.</summary>
    /// <exception cref="MqttSubscriptionRefusedException">The server's limits rule it out.</exception>
    public async Task<SubscribeAcknowledgementPacket> RequestAsync(Func<ushort, ControlPacket> makePacket, CancellationToken cancellationToken)
    {
        PendingRequest request;
        lock (_gate)
        {
            ThrowIfClosed();
            request = _requests.Add(makePacket, _output);
        }

        return await request.Task.WaitAsync(cancellationToken);
    }

    /// <summary>A connection is up: sends again what the last one left open, in order, then what waits.</summary>
    public void Attach(PacketOutput output)
    {
        lock (_gate)
        {
            if (!output.Server.SessionPresent)
            {
                _received.Clear();
            }

            _output = output;
            _requests.Restart(output);
            _outgoing.Restart(output, adopted: output.Server.SessionPresent && !_wasConnected);
            _wasConnected = true;
            output.Flush();
        }
    }

    public void Detach()
    {
        lock (_gate)
        {
            _output = null;
        }
    }

    /// <summary>The client will not connect again: whoever waits is told.</summary>
    public void Close(MqttConnectionException reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            _output = null;
            _outgoing.FailAll(reason);
            _requests.FailAll(reason);
        }
    }

    /// <summary>PUBACK, PUBREC, PUBREL or PUBCOMP has come.</summary>
    /// <returns>False, with a fault, where it breaks the protocol.</returns>
    public bool TryAcknowledge(PacketOutput output, PacketType type, in Acknowledgement acknowledgement, out PacketFault fault)
    {
        fault = default;
        lock (_gate)
        {
            if (type != PacketType.PubRel)
            {
                return _outgoing.TryAcknowledge(output, type, acknowledgement, out fault);
            }

            _received.Release(output, acknowledgement.PacketIdentifier);
            return true;
        }
    }

    /// <summary>SUBACK or UNSUBACK has come.</summary>
    /// <returns>False, with a fault, where it breaks the protocol.</returns>
    public bool TryCompleteRequest(SubscribeAcknowledgementPacket answer, out PacketFault fault)
    {
        lock (_gate)
        {
            return _requests.TryComplete(answer, out fault);
        }
    }

    /// <param name="exactlyOnce">What to give to <see cref="Handled"/>; null below QoS 2.</param>
    /// <returns>False for a QoS 2 message that has come before.</returns>
    public bool TryAccept(ClientConnection connection, in PublishView publish, out ReceivedExactlyOnce? exactlyOnce)
    {
        exactlyOnce = null;
        if (publish.QualityOfService != QualityOfService.ExactlyOnce)
        {
            return true;
        }

        lock (_gate)
        {
            exactlyOnce = _received.TryAccept(connection, publish.PacketIdentifier);
            return exactlyOnce is not null;
        }
    }

    /// <summary>The handler is done with a QoS 2 message: it is acknowledged, on the connection where the server waits for it.</summary>
    public void Handled(ReceivedExactlyOnce received)
    {
        lock (_gate)
        {
            _received.Handled(received);
        }
    }

    /// <summary>The handler failed: a QoS 2 message that comes again is new to it.</summary>
    public void Forget(ReceivedExactlyOnce received)
    {
        lock (_gate)
        {
            _received.Forget(received);
        }
    }

    private void Cancel(OutgoingPublish publish, CancellationToken token)
    {
        lock (_gate)
        {
            _outgoing.Cancel(publish);
            publish.Complete(new OperationCanceledException(token));
        }
    }

    private ValueTask PublishAtMostOnceAsync(MqttMessage message, int size, CancellationToken cancellationToken)
    {
        Task space;
        lock (_gate)
        {
            ThrowIfClosed();
            var output = _output
                ?? throw new MqttConnectionException(_options.Endpoint, null, "not connected; a QoS 0 message does not wait for a connection");
            ThrowIfNotTaken(message, size);
            output.SendPublish(message, size, 0, duplicate: false);
            output.Flush();
            space = output.WaitForSpaceAsync();
        }

        return space.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(space.WaitAsync(cancellationToken));
    }

    private void ThrowIfNotTaken(MqttMessage message, int size)
    {
        if (_output is { } output && ServerLimits.FaultOf(output.Server, message, size) is { } fault)
        {
            throw fault;
        }
    }

    private void ThrowIfClosed()
    {
        if (_closed is { } closed)
        {
            throw new MqttConnectionException(_options.Endpoint, closed.ReasonCode, "the client is closed", closed);
        }
    }
}
