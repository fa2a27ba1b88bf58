using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Storage;
using Roost.Streams.Catalog;
using Roost.Streams.Export;
using Roost.Streams.Upstream;

namespace Roost.Streams.Bridge;

/// <summary>
/// All entries. Start: queues are opened and topics subscribed to before clients can come; whether the cloud is there does not matter. Stop, before
/// the uplink's: nothing more is taken from either side, and what waits stays in its queue.
/// </summary>
internal sealed class CloudBridge : IHostedService, ICloudBridge, IAsyncDisposable
{
    private readonly BridgeRoutes _routes;
    private readonly BridgeInlet _inlet;
    private readonly IMqttBroker _broker;
    private readonly Uplink _uplink;
    private readonly DeadRecords _dead;
    private readonly EchoFilters _echoes;
    private readonly DropWarning _warning;
    private readonly DirectSender _direct;
    private readonly InletSubscriptions? _subscriptions;
    private readonly BridgeServices _services;
    private readonly EntryRun[] _entries;
    private readonly string _folder;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];

    public CloudBridge(
        BridgeRoutes routes, BridgeInlet inlet, EchoFilters echoes, IMqttBroker broker, Uplink uplink, StreamCatalog catalog, BridgeFolder folder, IOptions<CloudMqttOptions> mqtt,
        ExportTuning tuning, BridgeMetrics metrics, StorageMetrics storageMetrics, TimeProvider clock, ILogger<CloudBridge> logger)
    {
        _routes = routes;
        _inlet = inlet;
        _broker = broker;
        _uplink = uplink;
        _dead = new DeadRecords(catalog);
        _echoes = echoes;
        _warning = new DropWarning(clock, logger);
        _direct = new DirectSender(uplink, echoes, _warning);
        _services = new BridgeServices(tuning, mqtt.Value.AcknowledgeTimeout, clock, logger);
        _folder = folder.Path;
        _entries = [.. routes.Entries.Select(entry => new EntryRun(entry, _folder, _services, storageMetrics))];
        if (routes.CarriesIn)
        {
            _subscriptions = new InletSubscriptions(routes, uplink, new SubscriptionNotes(Path.Combine(_folder, "subscriptions.json"), logger), clock, logger);
        }

        metrics.Observe(List);
    }

    public IReadOnlyList<BridgeStatus> List() => [.. _entries.Select(Describe)];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_entries.Length > 0)
        {
            Directory.CreateDirectory(_folder);
        }

        await TellOfOthersAsync();
        foreach (var entry in _entries)
        {
            entry.Open(_uplink, _dead, _echoes, _warning);
            await entry.SubscribeAsync(_broker, _routes, _direct, _warning, cancellationToken);
            _running.Add(Task.Run(() => entry.RunAsync(_stopping.Token), CancellationToken.None));
        }

        if (_entries.Length > 0)
        {
            _running.Add(Task.Run(() => _direct.RunAsync(_stopping.Token), CancellationToken.None));
        }

        if (_subscriptions is not null)
        {
            _running.Add(Task.Run(() => _subscriptions.RunAsync(_stopping.Token), CancellationToken.None));
        }

        _inlet.Start(_broker);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _inlet.Stop();
        foreach (var entry in _entries)
        {
            await entry.UnsubscribeAsync();
        }

        await _stopping.CancelAsync();
        await Task.WhenAll(_running);
        foreach (var entry in _entries)
        {
            await entry.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    private BridgeStatus Describe(EntryRun run)
    {
        var (entry, counters, queue) = (run.Entry, run.Entry.Counters, run.Queue);
        return new BridgeStatus
        {
            Name = entry.Name,
            Direction = entry.Options.Direction,
            Topics = [.. entry.Options.Topics],
            MessagesOut = counters.MessagesOut,
            BytesOut = counters.BytesOut,
            MessagesIn = counters.MessagesIn,
            BytesIn = counters.BytesIn,
            Queued = queue?.Waiting ?? 0,
            QueueBytes = queue?.Bytes ?? 0,
            Retried = queue?.Retried ?? 0,
            DroppedOut = Drops(reason => counters.DroppedOut(reason) + DroppedBy(queue, reason)),
            DroppedIn = Drops(counters.DroppedIn),
            Refused = _subscriptions?.RefusedOf(entry.Name) ?? new Dictionary<string, string>(StringComparer.Ordinal),
            Fault = run.Fault ?? (entry.Options.CarriesIn && _inlet.Fault is { } fault ? $"messages from the cloud wait: {fault}" : null),
        };
    }

    private static Dictionary<string, long> Drops(Func<BridgeDrop, long> count) =>
        Enum.GetValues<BridgeDrop>().Where(reason => count(reason) > 0).ToDictionary(static reason => reason.ToString().ToLowerInvariant(), count, StringComparer.Ordinal);

    private static long DroppedBy(MqttOutgoingQueueStatus? queue, BridgeDrop reason) => (queue, reason) switch
    {
        (null, _) => 0,
        (_, BridgeDrop.Full) => queue.Dropped,
        (_, BridgeDrop.Expired) => queue.Expired,
        (_, BridgeDrop.Age) => queue.TooOld,
        (_, BridgeDrop.Refused) => queue.Refused,
        _ => 0,
    };

    /// <summary>Queues whose entries are gone from the configuration: what was accepted is never deleted.</summary>
    private async Task TellOfOthersAsync()
    {
        var names = _entries.Where(static entry => entry.Entry.Options.CarriesOut).Select(static entry => entry.Entry.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var folder in Directory.Exists(_folder) ? Directory.GetDirectories(_folder) : [])
        {
            var name = Path.GetFileName(folder);
            if (!names.Contains(name) && await OrphanedQueue.CountAsync(folder, _services) is > 0 and var count)
            {
                BridgeLog.NotConfigured(_services.Logger, name, count, folder);
            }
        }
    }
}
