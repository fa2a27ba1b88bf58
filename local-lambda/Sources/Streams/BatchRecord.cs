namespace Roost.LocalLambda.Sources.Streams;

/// <summary>A record that waits to be handed to a function: a copy of its own.</summary>
internal sealed record BatchRecord(long Offset, DateTimeOffset Timestamp, string Key, byte[] Payload)
{
    /// <summary>Twenty digits, so that the order of texts is the order of records, as with Kinesis.</summary>
    public string SequenceNumber => Offset.ToString("D20", System.Globalization.CultureInfo.InvariantCulture);

    public static BatchRecord Of(FunctionStreamRecord record) => new(record.Offset, record.Timestamp, record.Key, record.Payload.ToArray());
}
