using System.Globalization;
using System.Reflection;
using Roost.Mqtt.Core;

namespace Roost.Mqtt.Status;

/// <summary>
/// What the broker tells about itself below <c>$SYS/broker</c>, under the names that mosquitto gave these topics, and what is averaged for it.
/// The loop's thread only.
/// </summary>
internal sealed class StatusTopics
{
    private const string Root = "$SYS/broker/";

    private readonly List<StatusTopic> _topics = [];
    private readonly List<LoadAverage> _loads = [];
    private readonly BrokerCore _core;
    private readonly long _startedAt;
    private BrokerStatistics? _figures; // of the last refresh
    private long _sampledAt;
    private long _maximumHeap;

    public StatusTopics(BrokerCore core)
    {
        _core = core;
        _startedAt = _sampledAt = core.Now;
        var version = $"roost version {typeof(MqttBroker).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]}";
        Add("version", () => version);
        Add("uptime", () => $"{(core.Now - _startedAt) / 1000} seconds");
        AddClients();
        AddMessages();
        AddLoads();
        Add("heap/current", () => Text(GC.GetTotalMemory(forceFullCollection: false)));
        Add("heap/maximum", () => Text(_maximumHeap = Math.Max(_maximumHeap, GC.GetTotalMemory(forceFullCollection: false))));
    }

    public IReadOnlyList<StatusTopic> All => _topics;

    /// <summary>Reads every value anew; those that differ from the last time are added to <paramref name="changed"/>.</summary>
    public void Refresh(List<StatusTopic> changed)
    {
        _figures = _core.DescribeBroker();
        changed.AddRange(_topics.Where(static topic => topic.Refresh()));
    }

    /// <summary>At the end of a turn, at most once in an <paramref name="interval"/> (milliseconds). While there are no turns, nothing happens that could be counted.</summary>
    public void Sample(long interval)
    {
        var passed = _core.Now - _sampledAt;
        if (passed < interval)
        {
            return;
        }

        _sampledAt = _core.Now;
        foreach (var load in _loads)
        {
            load.Sample(passed - interval, interval);
        }
    }

    private void AddClients()
    {
        Add("clients/connected", () => Text(_figures!.ConnectedClients));
        Add("clients/active", () => Text(_figures!.ConnectedClients));
        Add("clients/disconnected", () => Text(_figures!.Sessions - _figures.ConnectedClients));
        Add("clients/inactive", () => Text(_figures!.Sessions - _figures.ConnectedClients));
        Add("clients/total", () => Text(_figures!.Sessions));
        Add("clients/maximum", () => Text(_core.Counters.MaximumClients));
        Add("clients/expired", () => Text(_core.Counters.SessionsExpired));
        Add("subscriptions/count", () => Text(_figures!.Subscriptions - _figures.SharedSubscriptions));
        Add("shared_subscriptions/count", () => Text(_figures!.SharedSubscriptions));
    }

    private void AddMessages()
    {
        var counters = _core.Counters;
        Add("bytes/received", () => Text(counters.BytesReceived));
        Add("bytes/sent", () => Text(counters.BytesSent));
        Add("messages/received", () => Text(counters.PacketsReceived));
        Add("messages/sent", () => Text(counters.PacketsSent));
        Add("messages/inflight", () => Text(_figures!.InflightMessages));
        Add("messages/stored", () => Text(_figures!.RetainedMessages + _figures.QueuedMessages));
        Add("store/messages/count", () => Text(_figures!.RetainedMessages + _figures.QueuedMessages));
        Add("retained messages/count", () => Text(_figures!.RetainedMessages));
        Add("publish/messages/received", () => Text(counters.MessagesReceived));
        Add("publish/messages/sent", () => Text(counters.MessagesDelivered));
        Add("publish/messages/dropped", () => Text(counters.Drops.Total.Total));
        Add("publish/bytes/received", () => Text(counters.PayloadBytesReceived));
        Add("publish/bytes/sent", () => Text(counters.PayloadBytesDelivered));
        foreach (var reason in DropCounts.Reasons)
        {
            Add($"publish/messages/dropped/{DropCounts.NameOf(reason)}", () => Text(counters.Drops.Total[reason]));
        }
    }

    private void AddLoads()
    {
        var counters = _core.Counters;
        AddLoad("connections", () => counters.Connects);
        AddLoad("sockets", () => counters.ConnectionsAccepted);
        AddLoad("bytes/received", () => counters.BytesReceived);
        AddLoad("bytes/sent", () => counters.BytesSent);
        AddLoad("messages/received", () => counters.PacketsReceived);
        AddLoad("messages/sent", () => counters.PacketsSent);
        AddLoad("publish/received", () => counters.MessagesReceived);
        AddLoad("publish/sent", () => counters.MessagesDelivered);
        AddLoad("publish/dropped", () => counters.Drops.Total.Total);
    }

    private void AddLoad(string name, Func<long> total)
    {
        var load = new LoadAverage(total);
        _loads.Add(load);
        for (var i = 0; i < LoadAverage.Minutes.Count; i++)
        {
            var window = i;
            Add($"load/{name}/{LoadAverage.Minutes[i]}min", () => load[window].ToString("0.00", CultureInfo.InvariantCulture));
        }
    }

    private void Add(string name, Func<string> read) => _topics.Add(new StatusTopic(Root + name, read));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
