namespace Roost.Storage.Logs.Segments;

/// <summary>Where a segment ends: a part of each limit of the log, so that what retention frees at once is little.</summary>
internal sealed record SegmentLimits(long Bytes, long Records, TimeSpan? Age)
{
    private const long LeastBytes = 4096;

    public static SegmentLimits Of(AppendLogOptions options, int segmentsPerRetention) => new(
        Math.Max(LeastBytes, Math.Min(options.SegmentBytes, (options.Retention.Bytes ?? long.MaxValue) / segmentsPerRetention)),
        Math.Max(1, (options.Retention.Records ?? long.MaxValue) / segmentsPerRetention),
        options.Retention.Age / segmentsPerRetention);
}
