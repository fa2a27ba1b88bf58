using Roost.Mqtt.Client.Connections;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Sessions;

/// <summary>
/// QoS 1 and 2 messages on their way out: waiting, in flight, (QoS 2) released, settled; over as many connections as that takes.
/// Called under the session's lock.
/// </summary>
internal sealed class OutgoingMessages(MqttClientOptions options, PacketIdentifiers identifiers, TimeProvider clock)
{
    private readonly LinkedList<OutgoingPublish> _waiting = new();
    private readonly Dictionary<ushort, OutgoingPublish> _inflight = [];

    /// <summary>Those in flight that the present connection has not carried yet.</summary>
    private readonly Queue<OutgoingPublish> _resend = new();

    private AdoptedIdentifiers? _adopted;
    private int _quota;
    private long _lastSequence;
    private long _lastReleased;

    /// <exception cref="MqttPublishRefusedException">Too many wait already.</exception>
    public OutgoingPublish Add(MqttMessage message)
    {
        if (_waiting.Count + _inflight.Count >= options.MaxQueuedMessages)
        {
            throw new MqttPublishRefusedException(
                $"{options.MaxQueuedMessages} messages wait for {options.Endpoint} already. Await them, or raise MaxQueuedMessages.");
        }

        var publish = new OutgoingPublish(message, ++_lastSequence, clock.GetTimestamp());
        publish.Waiting = _waiting.AddLast(publish);
        return publish;
    }

    /// <summary>Its caller waits no longer: what was not sent is not sent any more.</summary>
    public void Cancel(OutgoingPublish publish)
    {
        if (publish.Waiting is { } place)
        {
            _waiting.Remove(place);
            publish.Waiting = null;
        }
    }

    /// <summary>A connection is up: what the last one left open comes again before anything new.</summary>
    /// <param name="adopted">The server has a session of which we know nothing.</param>
    public void Restart(PacketOutput output, bool adopted)
    {
        _quota = Math.Min(options.MaxInflight, output.Server.ReceiveMaximum); // [MQTT-4.9.0-1]
        _resend.Clear();
        if (output.Server.SessionPresent)
        {
            _adopted = adopted ? new AdoptedIdentifiers() : _adopted;
            Resume(output);
        }
        else
        {
            _adopted = null;
            Requeue();
        }

        Send(output);
    }

    /// <summary>Sends as many as the server's Receive Maximum leaves room for [MQTT-3.3.4-9].</summary>
    public void Send(PacketOutput output)
    {
        while (_quota > 0)
        {
            if (_resend.TryDequeue(out var again))
            {
                if (_inflight.GetValueOrDefault(again.PacketIdentifier) == again) // a server may acknowledge what it had before
                {
                    _quota--;
                    Send(output, again, again.ForSending(clock)!, duplicate: true); // [MQTT-3.3.1-1]
                }
            }
            else if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                first.Value.Waiting = null;
                SendFirst(output, first.Value);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>PUBACK, PUBREC or PUBCOMP has come.</summary>
    /// <returns>False, with a fault, for one that its message does not call for.</returns>
    public bool TryAcknowledge(PacketOutput output, PacketType type, in Acknowledgement acknowledgement, out PacketFault fault)
    {
        fault = default;
        if (!_inflight.TryGetValue(acknowledgement.PacketIdentifier, out var publish))
        {
            if (type == PacketType.PubRec)
            {
                // Of an earlier life: let the server finish.
                output.SendAcknowledgement(PacketType.PubRel, acknowledgement.PacketIdentifier, ReasonCode.PacketIdentifierNotFound);
            }

            return true;
        }

        if ((type == PacketType.PubAck) == (publish.Message.QualityOfService == QualityOfService.ExactlyOnce))
        {
            fault = PacketFault.ProtocolError("the server acknowledges a message as one of another QoS");
            return false;
        }

        switch (type)
        {
            case PacketType.PubComp when publish.Released == 0:
                return true; // answers the PUBREL that cleared its identifier
            case PacketType.PubRec when publish.Released != 0 || acknowledgement.ReasonCode < ReasonCode.UnspecifiedError:
                publish.Released = publish.Released == 0 ? ++_lastReleased : publish.Released;
                output.SendAcknowledgement(PacketType.PubRel, publish.PacketIdentifier);
                return true;
        }

        Settle(publish, type == PacketType.PubComp ? null : RefusalOf(acknowledgement));
        Send(output);
        return true;
    }

    /// <summary>The client will not connect again.</summary>
    public void FailAll(Exception reason)
    {
        foreach (var publish in _inflight.Values.OrderBy(publish => publish.Sequence).Concat(_waiting))
        {
            publish.Complete(reason);
        }

        _inflight.Clear();
        _waiting.Clear();
        _resend.Clear();
    }

    /// <summary>The session is there: PUBREL or PUBLISH with DUP for everything open, in the first order [MQTT-4.4.0-1], [MQTT-4.6.0-1], [MQTT-4.6.0-4].</summary>
    private void Resume(PacketOutput output)
    {
        foreach (var publish in _inflight.Values.Where(publish => publish.Released != 0).OrderBy(publish => publish.Released))
        {
            _quota--; // its PUBCOMP gives it back
            output.SendAcknowledgement(PacketType.PubRel, publish.PacketIdentifier);
        }

        foreach (var publish in _inflight.Values.Where(publish => publish.Released == 0).OrderBy(publish => publish.Sequence))
        {
            _resend.Enqueue(publish);
        }
    }

    /// <summary>
    /// The session is gone, and with it whatever the server had of the open messages: they are published anew, before those that
    /// wait. One that had its PUBREC too: it may arrive twice, but is not lost.
    /// </summary>
    private void Requeue()
    {
        foreach (var publish in _inflight.Values.OrderByDescending(publish => publish.Sequence))
        {
            identifiers.Return(publish.PacketIdentifier);
            publish.PacketIdentifier = 0;
            publish.Released = 0;
            if (!publish.IsCompleted) // cancelled in flight
            {
                publish.Waiting = _waiting.AddFirst(publish);
            }
        }

        _inflight.Clear();
    }

    private void SendFirst(PacketOutput output, OutgoingPublish publish)
    {
        if (publish.ForSending(clock) is not { } message)
        {
            publish.Complete(new MqttPublishRefusedException("The message's lifetime ended before it could be sent.") { IsExpired = true });
            return;
        }

        if (ServerLimits.FaultOf(output.Server, message, MessageEncoder.GetSize(message, output.Version)) is { } fault)
        {
            publish.Complete(fault); // it was handed over before the server told its limits
            return;
        }

        _quota--;
        publish.PacketIdentifier = identifiers.Take();
        _inflight.Add(publish.PacketIdentifier, publish);
        if (message.QualityOfService == QualityOfService.ExactlyOnce)
        {
            _adopted?.Clear(output, publish.PacketIdentifier);
        }

        Send(output, publish, message, duplicate: false);
    }

    private static void Send(PacketOutput output, OutgoingPublish publish, MqttMessage message, bool duplicate) =>
        output.SendPublish(message, MessageEncoder.GetSize(message, output.Version), publish.PacketIdentifier, duplicate);

    private void Settle(OutgoingPublish publish, Exception? refusal)
    {
        _inflight.Remove(publish.PacketIdentifier);
        identifiers.Return(publish.PacketIdentifier);
        _quota++;
        publish.Complete(refusal);
    }

    private static MqttPublishRefusedException? RefusalOf(in Acknowledgement acknowledgement)
    {
        var code = acknowledgement.ReasonCode;
        if (code < ReasonCode.UnspecifiedError)
        {
            return null;
        }

        var explanation = acknowledgement.ReadReasonString() is { } text ? $": {text}" : "";
        var remedy = ReasonRemedy.Of(code) is { } words ? $" {words}" : "";
        return new MqttPublishRefusedException($"The server refused the message{explanation} (reason {code}, 0x{(byte)code:X2}).{remedy}") { ReasonCode = code };
    }
}
