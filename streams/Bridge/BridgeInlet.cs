using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Upstream;

namespace Roost.Streams.Bridge;

/// <summary>
/// The way in: messages from the cloud are published here, in the order in which they came, and acknowledged to the cloud once all who keep
/// them have them. What cannot be kept now waits, and the cloud with it: nothing is acknowledged that could be lost.
/// </summary>
internal sealed class BridgeInlet(BridgeRoutes routes, EchoFilters echoes, TimeProvider clock, ILogger<BridgeInlet> logger)
{
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private Queue<Held>? _held = new(); // what came before the start, in order; null from then on
    private IMqttBroker? _broker;
    private volatile bool _stopped;
    private volatile string? _waits;

    /// <summary>Why messages wait; null while they do not.</summary>
    public string? Fault => _waits;

    /// <summary>From now on messages are taken; those that came before have waited, and come first.</summary>
    public void Start(IMqttBroker broker)
    {
        while (true)
        {
            Held? held;
            lock (_gate)
            {
                if (!_held!.TryDequeue(out held))
                {
                    (_broker, _held) = (broker, null);
                    return;
                }
            }

            held.Begin(PublishAllAsync(broker, held.Message, held.Targets, held.Closing));
        }
    }

    /// <summary>Takes no more messages; the cloud keeps those that come now, as they stay unacknowledged.</summary>
    public void Stop() => _stopped = true;

    /// <summary>Given to the uplink's client.</summary>
    public ValueTask TakeAsync(MqttReceivedMessage received, CancellationToken closing)
    {
        List<(BridgeEntry Entry, BridgeFilter Filter)>? targets = null;
        foreach (var entry in routes.Entries)
        {
            foreach (var filter in entry.Options.CarriesIn ? entry.Filters : [])
            {
                if (filter.MatchesFirst(received.Message.Topic, remote: true))
                {
                    (targets ??= []).Add((entry, filter));
                }
            }
        }

        return targets is null || IsOurOwn(received.Message, targets) ? ValueTask.CompletedTask : PublishAsync(received.Message, targets, closing);
    }

    private bool IsOurOwn(MqttMessage message, List<(BridgeEntry Entry, BridgeFilter Filter)> targets)
    {
        BridgeDrop? reason = !BridgeTrace.MayPass(message.Properties, routes.Gateway) ? BridgeDrop.Loop
            : echoes.Filter?.TryTake(message) is true ? BridgeDrop.Echo
            : null;
        if (reason is { } drop)
        {
            targets.ForEach(target => target.Entry.Counters.DropIn(drop));
        }

        return reason is not null;
    }

    private ValueTask PublishAsync(MqttMessage message, List<(BridgeEntry Entry, BridgeFilter Filter)> targets, CancellationToken closing)
    {
        lock (_gate)
        {
            if (_held is not null)
            {
                // Not by awaiting the start: of many who await one thing, any may go on first.
                var held = new Held(message, targets, closing);
                _held.Enqueue(held);
                return new ValueTask(held.Done);
            }
        }

        return PublishAllAsync(_broker!, message, targets, closing);
    }

    private async ValueTask PublishAllAsync(IMqttBroker broker, MqttMessage message, List<(BridgeEntry Entry, BridgeFilter Filter)> targets, CancellationToken closing)
    {
        closing.ThrowIfCancellationRequested(); // the cloud sends it again on the next connection
        var publishing = new List<Task>(targets.Count); // all are handed over before the first is awaited: their order is that of arrival
        foreach (var (entry, filter) in targets)
        {
            if (entry.TryMapToLocal(message.Topic, filter, out var topic))
            {
                publishing.Add(PublishAsync(broker, entry, routes.ToLocal(message, entry, topic), closing).AsTask());
            }
            else
            {
                entry.Counters.DropIn(BridgeDrop.Topic);
            }
        }

        foreach (var one in publishing)
        {
            await one;
        }
    }

    private async ValueTask PublishAsync(IMqttBroker broker, BridgeEntry entry, MqttMessage message, CancellationToken closing)
    {
        var backoff = new JitteredBackoff(s_firstWait, s_longestWait, clock, Random.Shared);
        while (!_stopped)
        {
            try
            {
                await broker.PublishAsync(message, closing);
                entry.Counters.In(message);
                _waits = null;
                return;
            }
            catch (MqttPublishRefusedException refusal) when (refusal.ReasonCode is not null)
            {
                entry.Counters.DropIn(BridgeDrop.Refused); // for ever: a topic that the broker does not have
                return;
            }
            catch (MqttPublishRefusedException refusal)
            {
                if (_waits is null)
                {
                    BridgeLog.InWaits(logger, entry.Name, refusal.Message);
                }

                _waits = refusal.Message;
                await backoff.WaitAsync(closing);
            }
            catch (ObjectDisposedException)
            {
                break; // the broker has ended: so does the daemon
            }
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, clock, closing); // unacknowledged until the connection ends
    }

    /// <summary>A message that came before the start.</summary>
    private sealed record Held(MqttMessage Message, List<(BridgeEntry Entry, BridgeFilter Filter)> Targets, CancellationToken Closing)
    {
        private readonly TaskCompletionSource<Task> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _begun.Task.Unwrap();

        public void Begin(ValueTask publishing) => _begun.SetResult(publishing.AsTask());
    }
}
