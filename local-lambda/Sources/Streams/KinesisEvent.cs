using System.Text.Json;

namespace Roost.LocalLambda.Sources.Streams;

/// <summary>The event that AWS Lambda makes of records of a Kinesis stream.</summary>
internal static class KinesisEvent
{
    /// <summary>A stream of the gateway is one shard.</summary>
    public const string ShardId = "shardId-000000000000";

    /// <summary>What a record takes besides payload and key, at most.</summary>
    private const int OverheadBytes = 512;

    /// <summary>An upper bound of what a record takes in the event; a key of control characters takes six times its length.</summary>
    public static long SizeOf(string streamArn, BatchRecord record) =>
        OverheadBytes + streamArn.Length + (6L * record.Key.Length) + ((record.Payload.Length + 2L) / 3 * 4);

    public static byte[] Write(string streamArn, ReadOnlySpan<BatchRecord> records)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("Records");
            foreach (var record in records)
            {
                Write(writer, streamArn, record);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, string streamArn, BatchRecord record)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("kinesis");
        writer.WriteString("kinesisSchemaVersion", "1.0");
        writer.WriteString("partitionKey", record.Key);
        writer.WriteString("sequenceNumber", record.SequenceNumber);
        writer.WriteBase64String("data", record.Payload);
        writer.WriteNumber("approximateArrivalTimestamp", record.Timestamp.ToUnixTimeMilliseconds() / 1000m);
        writer.WriteEndObject();
        writer.WriteString("eventSource", "aws:kinesis");
        writer.WriteString("eventVersion", "1.0");
        writer.WriteString("eventID", $"{ShardId}:{record.SequenceNumber}");
        writer.WriteString("eventName", "aws:kinesis:record");
        writer.WriteString("invokeIdentityArn", $"arn:aws:iam::{FunctionArn.Account}:role/roost");
        writer.WriteString("awsRegion", FunctionArn.Region);
        writer.WriteString("eventSourceARN", streamArn);
        writer.WriteEndObject();
    }
}
