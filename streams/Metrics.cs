using System.Diagnostics.Metrics;

namespace Roost.Streams;

/// <summary>Instruments of the meter <c>roost.streams</c>.</summary>
public sealed class StreamMetrics
{
    public const string MeterName = "roost.streams";

    private readonly Meter _meter;
    private readonly Counter<long> _appended;
    private readonly Counter<long> _appendedBytes;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _givenUp;
    private readonly Counter<long> _exported;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _dead;
    private readonly Counter<long> _exportedBytes;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _connections;

    public StreamMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _appended = _meter.CreateCounter<long>("roost.streams.appended", "{record}", "Records appended.");
        _appendedBytes = _meter.CreateCounter<long>("roost.streams.appended.size", "By", "Bytes of keys, headers and payloads appended.");
        _refused = _meter.CreateCounter<long>("roost.streams.refused", "{record}", "Records refused because there was no room, by their stream's own limit or that of all streams.");
        _givenUp = _meter.CreateCounter<long>("roost.streams.dropped", "{record}", "Records given up for want of room, by reason.");
        _exported = _meter.CreateCounter<long>("roost.streams.export.acknowledged", "{record}", "Records that the export's target acknowledged.");
        _retried = _meter.CreateCounter<long>("roost.streams.export.retried", "{record}", "Records sent once more, after a refusal or a lost connection.");
        _lost = _meter.CreateCounter<long>("roost.streams.export.lost", "{record}", "Records that retention freed before they were exported.");
        _dead = _meter.CreateCounter<long>("roost.streams.export.dead", "{record}", "Records that the target refused for good; they are kept in $dead.");
        _exportedBytes = _meter.CreateCounter<long>("roost.streams.export.acknowledged.size", "By", "Bytes of keys and payloads that the export's target acknowledged.");
        _expired = _meter.CreateCounter<long>("roost.streams.export.expired", "{record}", "Records that were given up because they were older than the export's max-age.");
        _dropped = _meter.CreateCounter<long>("roost.streams.export.dropped", "{record}", "Records that the target refused for good and that are kept nowhere, as the export's refused says.");
        _connections = _meter.CreateCounter<long>("roost.streams.uplink.attempts", "{attempt}", "Attempts to connect to the cloud, by outcome.");
    }

    internal void Appended(KeyValuePair<string, object?> stream, int records, long bytes)
    {
        _appended.Add(records, stream);
        _appendedBytes.Add(bytes, stream);
    }

    internal void Refused(KeyValuePair<string, object?> stream, int records) => _refused.Add(records, stream);

    internal void Dropped(string stream, string reason, long records) => _givenUp.Add(records, Stream(stream), new KeyValuePair<string, object?>("reason", reason));

    internal void ObserveStorage(Func<StreamUsage> usage)
    {
        _meter.CreateObservableGauge("roost.streams.storage.used", () => usage().Bytes, "By", "Bytes of all streams together.");
        _meter.CreateObservableGauge("roost.streams.storage.headroom", () => usage().Headroom, "By", "Bytes that may still come before something has to go or is refused.");
    }

    /// <summary>How far every consumer is behind, looked up when the metrics are collected.</summary>
    internal void ObserveConsumers(Func<IReadOnlyList<(StreamName Stream, StreamConsumer Consumer, long Records, long Bytes, TimeSpan Age)>> list)
    {
        _meter.CreateObservableGauge("roost.streams.consumer.lag", () => list().Select(lag => new Measurement<long>(lag.Records, Stream(lag.Stream.Value), Consumer(lag.Consumer))), "{record}", "Records that a consumer has not passed.");
        _meter.CreateObservableGauge("roost.streams.consumer.lag.size", () => list().Select(lag => new Measurement<long>(lag.Bytes, Stream(lag.Stream.Value), Consumer(lag.Consumer))), "By", "Bytes that a consumer has not passed, estimated from the stream's mean record.");
        _meter.CreateObservableGauge("roost.streams.consumer.lag.time", () => list().Select(lag => new Measurement<double>(lag.Age.TotalSeconds, Stream(lag.Stream.Value), Consumer(lag.Consumer))), "s", "Age of the oldest record that a consumer has not passed.");
    }

    internal void Acknowledged(string stream, string export, long records, long bytes)
    {
        _exported.Add(records, Stream(stream), Export(export));
        _exportedBytes.Add(bytes, Stream(stream), Export(export));
    }

    internal void Expired(string stream, string export, long records) => _expired.Add(records, Stream(stream), Export(export));

    internal void Dropped(string stream, string export) => _dropped.Add(1, Stream(stream), Export(export));

    internal void Retried(string stream, string export, long records) => _retried.Add(records, Stream(stream), Export(export));

    internal void Lost(string stream, string export, long records) => _lost.Add(records, Stream(stream), Export(export));

    internal void Dead(string stream, string export) => _dead.Add(1, Stream(stream), Export(export));

    internal void Attempted(string outcome) => _connections.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Size of every stream, looked up when the metrics are collected.</summary>
    internal void ObserveStreams(Func<IReadOnlyList<StreamDescription>> list)
    {
        _meter.CreateObservableGauge("roost.streams.records", () => list().Select(stream => new Measurement<long>(stream.Records, Stream(stream.Name.Value))), "{record}", "Records kept.");
        _meter.CreateObservableGauge("roost.streams.oldest", () => list().Where(stream => stream.Oldest is not null).Select(stream => new Measurement<double>(Seconds(stream.Oldest!.Value), Stream(stream.Name.Value))), "s", "When the oldest record kept was appended, in seconds since 1970.");
        _meter.CreateObservableGauge("roost.streams.newest", () => list().Where(stream => stream.Newest is not null).Select(stream => new Measurement<double>(Seconds(stream.Newest!.Value), Stream(stream.Name.Value))), "s", "When the newest record was appended, in seconds since 1970.");
        _meter.CreateObservableCounter(
            "roost.streams.expired", () => list().Select(stream => new Measurement<long>(stream.DroppedRecords, Stream(stream.Name.Value))), "{record}", "Records given up by their stream's retention.");
        _meter.CreateObservableGauge("roost.streams.size", () => list().Select(stream => new Measurement<long>(stream.SizeBytes, Stream(stream.Name.Value))), "By", "Bytes on disk.");
    }

    /// <summary>How far every export is behind, looked up when the metrics are collected.</summary>
    internal void ObserveExports(Func<IReadOnlyList<ExportStatus>> list)
    {
        _meter.CreateObservableGauge("roost.streams.export.lag", () => list().Select(export => Of(export, export.LagRecords)), "{record}", "Records that wait to be exported.");
        _meter.CreateObservableGauge("roost.streams.export.lag.size", () => list().Select(export => Of(export, export.LagBytes)), "By", "Bytes that wait to be exported, estimated from the stream's mean record.");
        _meter.CreateObservableGauge("roost.streams.export.lag.time", () => list().Select(export => Of(export, export.Lag.TotalSeconds)), "s", "Age of the oldest record that waits to be exported.");
    }

    internal void ObserveUplink(Func<UplinkStatus> status) =>
        _meter.CreateObservableGauge("roost.streams.uplink.connected", () => status().State == UplinkState.Connected ? 1 : 0, "{connection}", "1 while there is a connection to the cloud.");

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private static Measurement<T> Of<T>(ExportStatus export, T value)
        where T : struct => new(value, Stream(export.Stream.Value), Export(export.Name));

    private static KeyValuePair<string, object?> Stream(string name) => new("stream", name);

    private static KeyValuePair<string, object?> Consumer(StreamConsumer consumer) => new("consumer", consumer.ToString());

    private static KeyValuePair<string, object?> Export(string name) => new("export", name);
}
