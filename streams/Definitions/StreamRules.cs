using Roost.Storage;

namespace Roost.Streams.Definitions;

/// <summary>The bounds of a stream's options, wherever they are written: in the configuration, or in a request.</summary>
internal static class StreamRules
{
    private const long LeastBytes = 64 * 1024;
    private const int LeastRecordBytes = 1024;
    private const int MostRecordBytes = 64 * 1024 * 1024;

    /// <returns>What is out of bounds: the property with colons between its parts, and the fault with value and remedy.</returns>
    public static IEnumerable<(string Property, string Fault)> Faults(StreamOptions stream)
    {
        if (stream.MaxRecordBytes is < LeastRecordBytes or > MostRecordBytes)
        {
            yield return (nameof(stream.MaxRecordBytes), $"is {stream.MaxRecordBytes}; use 1KiB to 64MiB.");
        }

        if (stream.VerifyEvery < TimeSpan.FromMinutes(1))
        {
            yield return (nameof(stream.VerifyEvery), $"is {Duration.Format(stream.VerifyEvery.Value)}; use at least 1m, or none for never.");
        }

        if (stream.Priority is < 1 or > 9)
        {
            yield return (nameof(stream.Priority), $"is {stream.Priority}; use 1 (kept longest) to 9.");
        }

        if (stream.Retention.Bytes is < LeastBytes)
        {
            yield return ("Retention:Bytes", $"is {stream.Retention.Bytes}; use at least 64KiB, or none for no limit.");
        }

        if (stream.Retention.Age < TimeSpan.FromSeconds(1))
        {
            yield return ("Retention:Age", $"is {Duration.Format(stream.Retention.Age.Value)}; use at least 1s, or none for no limit.");
        }

        if (stream.Retention.Records is < 1)
        {
            yield return ("Retention:Records", $"is {stream.Retention.Records}; use at least 1, or none for no limit.");
        }
    }
}
