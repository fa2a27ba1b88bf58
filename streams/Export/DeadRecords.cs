using System.Globalization;
using Roost.Mqtt;
using Roost.Streams.Catalog;

namespace Roost.Streams.Export;

/// <summary>Keeps in <c>$dead</c> what a target will not take: the record as it was, and in its headers where it comes from and why.</summary>
internal sealed class DeadRecords(StreamCatalog catalog)
{
    public const string Stream = "roost-dead-stream";
    public const string Offset = "roost-dead-offset";
    public const string Timestamp = "roost-dead-timestamp";
    public const string Export = "roost-dead-export";
    public const string Bridge = "roost-dead-bridge";
    public const string Reason = "roost-dead-reason";

    /// <summary>A message of the bridge, which comes from no stream.</summary>
    /// <inheritdoc cref="KeepAsync(StreamName, string, StreamRecord, string)"/>
    public async Task KeepAsync(string bridge, MqttMessage message, string reason)
    {
        UserProperty[] origin = [new(Bridge, bridge), new(Reason, reason), .. message.Properties?.UserProperties ?? []];
        await catalog.Dead().AppendOwnAsync(new NewRecord { Key = message.Topic.Value, Headers = origin, Payload = message.Payload });
    }

    /// <exception cref="Storage.Logs.LogFullException">The disk is full.</exception>
    /// <exception cref="Storage.Logs.LogFailedException">The disk failed.</exception>
    /// <exception cref="StreamRefusedException">The folder of <c>$dead</c> is damaged.</exception>
    public async Task KeepAsync(StreamName stream, string export, StreamRecord record, string reason)
    {
        UserProperty[] origin =
        [
            new(Stream, stream.Value),
            new(Offset, record.Offset.ToString(CultureInfo.InvariantCulture)),
            new(Timestamp, record.Timestamp.ToString("O", CultureInfo.InvariantCulture)),
            new(Export, export),
            new(Reason, reason),
        ];
        await catalog.Dead().AppendOwnAsync(new NewRecord { Key = record.Key, Headers = [.. origin, .. record.Headers], Payload = record.Payload });
    }
}
