using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Streams.Export;
using Roost.Streams.Upstream;

namespace Roost.Streams.Bridge;

/// <summary>One entry at work: its queue, its subscriptions here, its sending.</summary>
internal sealed class EntryRun(BridgeEntry entry, string folder, BridgeServices services, StorageMetrics storageMetrics) : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private QueueRun? _run;
    private string? _fault;

    public BridgeEntry Entry => entry;

    public MqttOutgoingQueueStatus? Queue => _run?.Queue.Status;

    public string? Fault => _fault ?? _run?.Fault;

    private string QueueFolder => Path.Combine(folder, entry.Name);

    /// <summary>Opens the queue of an entry that carries messages out; however much waits in it, this takes the same time.</summary>
    public void Open(Uplink uplink, DeadRecords dead, EchoFilters echoes, DropWarning warning)
    {
        if (!entry.Options.CarriesOut)
        {
            return;
        }

        try
        {
            var queue = MqttOutgoingQueue.Open(QueueFolder, QueueOptions(entry.Options.Queue), services.Clock, services.Logger, storageMetrics);
            _run = new QueueRun(entry, queue, uplink, dead, echoes, warning, services);
        }
        catch (Exception exception) when (exception is CorruptLogException or IOException or UnauthorizedAccessException)
        {
            _fault = $"its queue cannot be opened: {exception.Message}";
            BridgeLog.QueueNotOpened(services.Logger, entry.Name, QueueFolder, exception);
        }
    }

    /// <summary>From here on messages are taken.</summary>
    public async Task SubscribeAsync(IMqttBroker broker, BridgeRoutes routes, DirectSender direct, DropWarning warning, CancellationToken cancellationToken)
    {
        if (_run is null)
        {
            await RefuseAsync(broker, cancellationToken);
            return;
        }

        var notes = new StoredNotes(Path.Combine(folder, entry.Name + ".retained"));
        var outlets = new List<BridgeOutlet>();
        foreach (var filter in entry.Filters)
        {
            var outlet = new BridgeOutlet(routes, entry, filter, _run.Queue, direct, warning) { TakesStored = entry.Options.Retain && !notes.Has(entry, filter) };
            outlets.Add(outlet);
            _subscriptions.Add(await broker.SubscribeAsync(filter.Local, outlet, cancellationToken));
        }

        try
        {
            foreach (var outlet in outlets)
            {
                await outlet.StoredTakenAsync().WaitAsync(cancellationToken);
            }

            notes.Replace(entry);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or MqttPublishRefusedException or LogFailedException)
        {
            BridgeLog.StoredNotTaken(services.Logger, entry.Name, exception.Message);
        }
    }

    public Task RunAsync(CancellationToken stoppingToken) => _run?.RunAsync(stoppingToken) ?? Task.CompletedTask;

    /// <summary>Takes no more messages.</summary>
    public async Task UnsubscribeAsync()
    {
        foreach (var subscription in _subscriptions)
        {
            await subscription.DisposeAsync();
        }

        _subscriptions.Clear();
    }

    public ValueTask DisposeAsync() => _run?.Queue.DisposeAsync() ?? ValueTask.CompletedTask;

    private static MqttOutgoingQueueOptions QueueOptions(BridgeQueueOptions queue) => new()
    {
        Durability = queue.Durability,
        MaxBytes = queue.Bytes,
        MaxMessages = queue.Messages,
        MaxAge = queue.Age,
        Full = queue.Full == BridgeFullPolicy.DropOldest ? LogFullPolicy.DropOldest : LogFullPolicy.Reject,
    };

    /// <summary>Nothing keeps the messages: their publishers are not told that somebody does.</summary>
    private async Task RefuseAsync(IMqttBroker broker, CancellationToken cancellationToken)
    {
        foreach (var filter in entry.Options.CarriesOut ? entry.Filters : [])
        {
            _subscriptions.Add(await broker.SubscribeAsync(filter.Local, new Refusal(entry.Name), cancellationToken));
        }
    }

    private sealed class Refusal(string bridge) : IMessageHandler
    {
        public ValueTask Handle(in PublishedMessage message) => message.Retain
            ? ValueTask.CompletedTask
            : ValueTask.FromException(new IOException($"the queue of bridge {bridge} cannot be used"));
    }
}
