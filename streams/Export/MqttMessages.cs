using System.Diagnostics.CodeAnalysis;
using Roost.Mqtt;
using Roost.Streams.Export.Batches;

namespace Roost.Streams.Export;

/// <summary>Makes the messages of one export over MQTT: what of a stream goes into one, and how it looks.</summary>
internal sealed class MqttMessages
{
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(1);

    private const int DefaultRecords = 500;
    private const int DefaultBytes = 120 * 1024; // AWS IoT Core takes messages of 128 KiB, and topic and properties need some of it
    private const int ReadRecords = 100;

    private readonly ExportOptions _options;
    private readonly TopicTemplate _topic;
    private readonly bool _withProperties;

    public MqttMessages(ExportOptions options, TopicTemplate topic, bool withProperties)
    {
        _options = options;
        _topic = topic;
        _withProperties = withProperties;
        Rules = options.Batch is { } batch
            ? new BatchRules(batch.Records ?? DefaultRecords, batch.Bytes ?? DefaultBytes, batch.Linger ?? s_linger, options.Backlog, options.Retry.MaxAge)
            : new BatchRules(ReadRecords, 256 * 1024, TimeSpan.Zero, options.Backlog, options.Retry.MaxAge);
    }

    public BatchRules Rules { get; }

    /// <summary>The parts of what was read that make a message each.</summary>
    public IEnumerable<ExportBatch> Parts(ExportBatch read) => _options.Batch is null ? Singles(read) : [read];

    /// <returns>False when the record's key makes no topic.</returns>
    public bool TryCreate(ExportBatch batch, [NotNullWhen(true)] out MqttMessage? message)
    {
        message = null;
        if (!_topic.TryFill(batch.Records[0], out var topic))
        {
            return false;
        }

        var isPlain = _options.Batch is null && _options.Envelope switch { MqttEnvelope.None => true, MqttEnvelope.Json => false, _ => _withProperties };
        message = isPlain
            ? CloudMessage.OfRecord(topic, batch, _withProperties)
            : CloudMessage.OfBatch(topic, batch, _options.Format, _options.Compress ?? BatchCompression.None, _withProperties);
        return true;
    }

    public string NoTopic => $"its key makes no topic of '{_topic.Text}'";

    private static IEnumerable<ExportBatch> Singles(ExportBatch read)
    {
        for (var i = 0; i < read.Records.Count; i++)
        {
            var first = i == 0 ? read.First : read.Records[i].Offset;
            var next = i == read.Records.Count - 1 ? read.Next : read.Records[i + 1].Offset;
            yield return read with { First = first, Next = next, Records = [read.Records[i]] };
        }
    }
}
