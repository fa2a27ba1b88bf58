using System.Text.Json;

namespace Roost.LocalLambda.Sources.Streams;

/// <summary>What a function answers that reports the records it failed at: <c>{"batchItemFailures":[{"itemIdentifier":SEQUENCE NUMBER}]}</c>.</summary>
internal static class PartialBatchResponse
{
    private const string Failures = "batchItemFailures";
    private const string Identifier = "itemIdentifier";

    /// <summary>
    /// Success: an empty or null answer or list. Failure of the whole batch: an identifier that is empty, null, under another name or of no record of
    /// the batch, and an answer that is no object. Else the batch failed from the lowest of the identifiers on.
    /// </summary>
    /// <returns>The place of the first record that failed; null when none did.</returns>
    public static int? FirstFailure(ReadOnlyMemory<byte> answer, ReadOnlySpan<BatchRecord> records)
    {
        if (answer.IsEmpty)
        {
            return null;
        }

        if (!FunctionEvent.IsJson(answer.Span))
        {
            return 0;
        }

        using var document = JsonDocument.Parse(answer);
        switch (document.RootElement)
        {
            case { ValueKind: JsonValueKind.Null }:
                return null;
            case { ValueKind: JsonValueKind.Object } root:
                return !root.TryGetProperty(Failures, out var failures) || failures.ValueKind == JsonValueKind.Null ? null : FirstFailure(failures, records);
            default:
                return 0;
        }
    }

    private static int? FirstFailure(JsonElement failures, ReadOnlySpan<BatchRecord> records)
    {
        if (failures.ValueKind != JsonValueKind.Array)
        {
            return 0;
        }

        int? first = null;
        foreach (var failure in failures.EnumerateArray())
        {
            if (failure.ValueKind != JsonValueKind.Object || !failure.TryGetProperty(Identifier, out var identifier) || identifier.ValueKind != JsonValueKind.String)
            {
                return 0;
            }

            var place = PlaceOf(identifier.GetString()!, records);
            if (place < 0)
            {
                return 0;
            }

            first = Math.Min(first ?? place, place);
        }

        return first;
    }

    private static int PlaceOf(string sequenceNumber, ReadOnlySpan<BatchRecord> records)
    {
        for (var place = 0; place < records.Length; place++)
        {
            if (records[place].SequenceNumber == sequenceNumber)
            {
                return place;
            }
        }

        return -1;
    }
}
