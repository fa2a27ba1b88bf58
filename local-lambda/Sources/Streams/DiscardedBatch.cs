using System.Globalization;
using System.Text.Json;

namespace Roost.LocalLambda.Sources.Streams;

/// <summary>What AWS Lambda tells of a batch that it gives up: where it lies in the stream and why, not what is in it.</summary>
internal static class DiscardedBatch
{
    public const string RetryAttemptsExhausted = "RetryAttemptsExhausted";
    public const string RecordAgeExceeded = "RecordAgeExceeded";

    /// <summary>Roost's own: one record is larger than an event may be.</summary>
    public const string RecordTooLarge = "RecordTooLarge";

    /// <param name="result">Of the last invocation; null when there was none.</param>
    /// <param name="invocations">How often the function was called with these records.</param>
    public static byte[] Write(EventSourceMapping mapping, ReadOnlySpan<BatchRecord> records, string condition, InvocationResult? result, int invocations, DateTimeOffset now)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("requestContext");
            writer.WriteString("requestId", result?.RequestId ?? Guid.NewGuid().ToString("D"));
            writer.WriteString("functionArn", new FunctionArn(mapping.FunctionName, mapping.Qualifier).ToString());
            writer.WriteString("condition", condition);
            writer.WriteNumber("approximateInvokeCount", invocations);
            writer.WriteEndObject();
            if (result is not null)
            {
                writer.WriteStartObject("responseContext");
                writer.WriteNumber("statusCode", result.StatusCode);
                writer.WriteString("executedVersion", result.ExecutedVersion);
                writer.WriteString("functionError", result.FunctionError);
                writer.WriteEndObject();
            }

            writer.WriteString("version", "1.0");
            writer.WriteString("timestamp", Text(now));
            writer.WriteStartObject("KinesisBatchInfo");
            writer.WriteString("shardId", KinesisEvent.ShardId);
            writer.WriteString("startSequenceNumber", records[0].SequenceNumber);
            writer.WriteString("endSequenceNumber", records[^1].SequenceNumber);
            writer.WriteString("approximateArrivalOfFirstRecord", Text(records[0].Timestamp));
            writer.WriteString("approximateArrivalOfLastRecord", Text(records[^1].Timestamp));
            writer.WriteNumber("batchSize", records.Length);
            writer.WriteString("streamArn", mapping.EventSourceArn);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
