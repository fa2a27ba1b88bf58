namespace Roost.Streams;

/// <summary>How the records of a batch follow each other. See docs/formats/export-batch.md.</summary>
public enum BatchFormat
{
    /// <summary>A line of JSON each.</summary>
    Ndjson,

    /// <summary>Binary, each with its length in front: payloads as they are.</summary>
    LengthPrefixed,
}
