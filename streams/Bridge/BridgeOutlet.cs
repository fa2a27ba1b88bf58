using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Mqtt.Client;

namespace Roost.Streams.Bridge;

/// <summary>
/// The way out of one topic: called on the broker's loop. The publisher's acknowledgement waits until the message is in the entry's queue,
/// as durable as that is.
/// </summary>
internal sealed class BridgeOutlet(BridgeRoutes routes, BridgeEntry entry, BridgeFilter filter, MqttOutgoingQueue queue, DirectSender direct, DropWarning warning) : IMessageHandler
{
    private readonly List<Task> _stored = []; // filled on the broker's loop before the subscription is in force

    /// <summary>Also take what is retained here already: the entry is new, and the cloud has not had it.</summary>
    public required bool TakesStored { get; init; }

    public ValueTask Handle(in PublishedMessage message)
    {
        if ((message.Retain && !TakesStored) || CameIn(message) || !filter.MatchesFirst(message.Topic, remote: false))
        {
            return ValueTask.CompletedTask;
        }

        if (!BridgeTrace.MayPass(message.Properties, routes.Gateway))
        {
            return Drop(BridgeDrop.Loop);
        }

        if (!entry.TryMapToRemote(message.Topic, filter, out var topic))
        {
            return Drop(BridgeDrop.Topic);
        }

        var quality = message.QualityOfService < entry.MaximumQualityOfService ? message.QualityOfService : entry.MaximumQualityOfService;
        if (quality == QualityOfService.AtMostOnce && entry.Options.QueueQos0)
        {
            quality = QualityOfService.AtLeastOnce;
        }

        var remote = routes.ToRemote(message, entry, topic, quality, message.RetainAsPublished);
        if (quality == QualityOfService.AtMostOnce)
        {
            direct.Send(entry, remote);
            return ValueTask.CompletedTask;
        }

        var taking = EnqueueAsync(remote);
        if (!message.Retain)
        {
            return taking;
        }

        var stored = taking.AsTask();
        _stored.Add(stored);
        return new ValueTask(stored);
    }

    /// <summary>Once the subscription is in force: completes when what was retained here is as durable as the queue.</summary>
    public Task StoredTakenAsync() => Task.WhenAll(_stored);

    /// <summary>Of this process's own word: what a client says of itself does not count.</summary>
    private static bool CameIn(in PublishedMessage message) =>
        message is { Publisher: null, OnBehalfOf: { } whom } && whom.StartsWith("bridge:", StringComparison.Ordinal);

    private async ValueTask EnqueueAsync(MqttMessage message)
    {
        try
        {
            await queue.EnqueueAsync(message);
        }
        catch (MqttQueueFullException) when (entry.Options.Queue.Full == BridgeFullPolicy.DropNewest)
        {
            await Drop(BridgeDrop.Full);
        }
        catch (MqttQueueFullException exception)
        {
            throw new MqttPublishRefusedException($"Bridge {entry.Name}: {exception.Message}", exception) { ReasonCode = ReasonCode.QuotaExceeded };
        }
        catch (ArgumentException)
        {
            await Drop(BridgeDrop.Size); // for ever too large: refusing would end the connection of a 3.1.1 publisher each time it sends it again
        }
    }

    private ValueTask Drop(BridgeDrop reason)
    {
        entry.Counters.DropOut(reason);
        warning.Note(entry.Name, reason, entry.Counters.DroppedOut(reason));
        return ValueTask.CompletedTask;
    }
}
