using Microsoft.Extensions.Logging;
using Roost.Mqtt.Client.Connections;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Sessions;

/// <summary>
/// SUBSCRIBEs and UNSUBSCRIBEs without an answer yet, in order, and the subscriptions that they have made, which are made again where
/// the server has lost them. Called under the session's lock.
/// </summary>
internal sealed class SubscriptionRequests(MqttClientOptions options, PacketIdentifiers identifiers, ILogger logger)
{
    /// <summary>Requests that may wait for their answers.</summary>
    private const int MaxPending = 1000;

    /// <summary>Filters in one SUBSCRIBE when subscriptions are made again.</summary>
    private const int FiltersPerSubscribe = 32;

    private readonly List<PendingRequest> _pending = [];
    private readonly Dictionary<ushort, SubscribePacket> _repeated = [];
    private readonly Dictionary<string, MadeSubscription> _made = new(StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">Too many wait already.</exception>
    public PendingRequest Add(Func<ushort, ControlPacket> makePacket, PacketOutput? output)
    {
        if (_pending.Count >= MaxPending)
        {
            throw new InvalidOperationException($"{MaxPending} SUBSCRIBE and UNSUBSCRIBE wait for {options.Endpoint} already; await them.");
        }

        var identifier = identifiers.Take();
        var request = new PendingRequest(identifier, makePacket(identifier));
        _pending.Add(request);
        if (output is not null && !TrySend(output, request))
        {
            Remove(request);
        }

        return request;
    }

    /// <summary>A connection is up: makes lost subscriptions again, then asks again what was not answered.</summary>
    public void Restart(PacketOutput output)
    {
        foreach (var identifier in _repeated.Keys)
        {
            identifiers.Return(identifier);
        }

        _repeated.Clear();
        if (!output.Server.SessionPresent)
        {
            MakeAgain(output);
        }

        foreach (var request in _pending.ToArray())
        {
            if (!TrySend(output, request))
            {
                Remove(request);
            }
        }
    }

    /// <summary>SUBACK or UNSUBACK has come.</summary>
    /// <returns>False, with a fault, for one that does not fit its request.</returns>
    public bool TryComplete(SubscribeAcknowledgementPacket answer, out PacketFault fault)
    {
        fault = default;
        if (_repeated.Remove(answer.PacketIdentifier, out var repeated))
        {
            identifiers.Return(answer.PacketIdentifier);
            return Fits(repeated, answer, out fault) && NoteRepeated(repeated, answer);
        }

        if (_pending.Find(pending => pending.Identifier == answer.PacketIdentifier) is not { } request)
        {
            return true;
        }

        if (!Fits(request.Packet, answer, out fault))
        {
            return false;
        }

        Remove(request);
        Note(request.Packet, answer);
        request.Complete(answer);
        return true;
    }

    /// <summary>The client will not connect again.</summary>
    public void FailAll(Exception reason)
    {
        foreach (var request in _pending)
        {
            request.Fail(reason);
        }

        _pending.Clear();
    }

    /// <returns>False where the server's limits rule the request out; its caller has been told.</returns>
    private static bool TrySend(PacketOutput output, PendingRequest request)
    {
        if (ServerLimits.FaultOf(output.Server, request.Packet, output.Version) is { } fault)
        {
            request.Fail(fault);
            return false;
        }

        output.Send(request.Packet);
        return true;
    }

    private void Remove(PendingRequest request)
    {
        _pending.Remove(request);
        identifiers.Return(request.Identifier);
    }

    /// <summary>One reason code for each filter, but for 3.1.1's UNSUBACK, which has none [MQTT-3.9.3-1], [MQTT-3.11.3-1].</summary>
    private static bool Fits(ControlPacket request, SubscribeAcknowledgementPacket answer, out PacketFault fault)
    {
        var asked = request is SubscribePacket ? PacketType.SubAck : PacketType.UnsubAck;
        var fits = answer.Type == asked
            && (answer.ReasonCodes.Count == ServerLimits.FiltersOf(request).Count || (asked == PacketType.UnsubAck && answer.ReasonCodes.Count == 0));
        fault = fits ? default : PacketFault.ProtocolError("SUBACK or UNSUBACK does not fit the request");
        return fits;
    }

    private void Note(ControlPacket request, SubscribeAcknowledgementPacket answer)
    {
        if (request is SubscribePacket subscribe)
        {
            for (var i = 0; i < subscribe.Subscriptions.Count; i++)
            {
                if (answer.ReasonCodes[i] < ReasonCode.UnspecifiedError)
                {
                    _made[subscribe.Subscriptions[i].Filter] = new MadeSubscription(subscribe.Subscriptions[i], subscribe);
                }
            }

            return;
        }

        var filters = ((UnsubscribePacket)request).Filters;
        for (var i = 0; i < filters.Count; i++)
        {
            if (answer.ReasonCodes.Count == 0 || answer.ReasonCodes[i] < ReasonCode.UnspecifiedError)
            {
                _made.Remove(filters[i]);
            }
        }
    }

    private void MakeAgain(PacketOutput output)
    {
        foreach (var sameOrigin in _made.Values.GroupBy(made => made.Origin))
        {
            foreach (var filters in sameOrigin.Select(made => made.Request).Chunk(FiltersPerSubscribe))
            {
                var packet = new SubscribePacket
                {
                    PacketIdentifier = identifiers.Take(),
                    Subscriptions = filters,
                    SubscriptionIdentifier = sameOrigin.Key.SubscriptionIdentifier,
                    UserProperties = sameOrigin.Key.UserProperties,
                };
                if (ServerLimits.FaultOf(output.Server, packet, output.Version) is { } fault)
                {
                    identifiers.Return(packet.PacketIdentifier);
                    logger.ResubscribeRefused(options.Endpoint, fault.Filter, fault.ReasonCode);
                    continue;
                }

                _repeated.Add(packet.PacketIdentifier, packet);
                output.Send(packet);
            }
        }
    }

    /// <summary>One that is refused now is asked for again on the next connection: the server may have changed its mind by then.</summary>
    private bool NoteRepeated(SubscribePacket repeated, SubscribeAcknowledgementPacket answer)
    {
        for (var i = 0; i < repeated.Subscriptions.Count; i++)
        {
            if (answer.ReasonCodes[i] >= ReasonCode.UnspecifiedError)
            {
                logger.ResubscribeRefused(options.Endpoint, repeated.Subscriptions[i].Filter, answer.ReasonCodes[i]);
            }
        }

        return true;
    }
}
