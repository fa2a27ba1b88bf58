using Roost.Streams.Export.Gates;

namespace Roost.Streams.Export;

/// <summary>How far an export is behind, worked out when somebody asks.</summary>
internal static class ExportLag
{
    /// <param name="context">The export.</param>
    /// <param name="catalog">Has the exported stream, or has it no more.</param>
    /// <param name="next">First record that is not done; null when the position is not open yet.</param>
    /// <param name="committed">The durable position.</param>
    /// <param name="gate">Whether it may go.</param>
    /// <param name="obstacle">Why nothing can be sent at the moment that is nobody's fault; null when something can.</param>
    public static ExportStatus Describe(ExportContext context, IStreamCatalog catalog, long? next, long committed, ExportGate gate, string? obstacle)
    {
        var description = catalog.TryGet(context.Identity.Stream, out var stream) ? stream.Describe() : null;
        var from = Math.Max(next ?? 0, description?.FirstOffset ?? 0);
        var records = Math.Max(0, (description?.NextOffset ?? 0) - from);
        var oldest = records == 0 || description!.Fault is not null ? null : TimeOf(stream!, from);
        var counters = context.Counters;
        return new ExportStatus
        {
            Stream = context.Identity.Stream,
            Name = context.Identity.Name,
            To = context.Options.To,
            Destination = context.Destination,
            Priority = context.Options.Priority,
            State = gate.IsPaused ? ExportState.Paused
                : context.Fault is not null || description?.Fault is not null ? ExportState.Failing
                : gate.Closed is not null || (obstacle is not null && records > 0) ? ExportState.Waiting
                : records == 0 ? ExportState.Idle : ExportState.Running,
            CommittedOffset = committed,
            LagRecords = records,
            LagBytes = description is null or { Records: 0 } ? 0 : (long)(description.SizeBytes * ((double)records / description.Records)),
            Lag = oldest is { } time && context.Clock.GetUtcNow() - time is { Ticks: > 0 } age ? age : TimeSpan.Zero,
            OldestUnsent = oldest,
            AcknowledgedRecords = counters.AcknowledgedRecords,
            AcknowledgedBytes = counters.AcknowledgedBytes,
            Batches = counters.Batches,
            RetriedRecords = counters.RetriedRecords,
            LostRecords = counters.LostRecords,
            ExpiredRecords = counters.ExpiredRecords,
            DroppedRecords = counters.DroppedRecords,
            DeadRecords = counters.DeadRecords,
            Fault = gate.PausedBy ?? context.Fault ?? description?.Fault ?? gate.Closed ?? (records > 0 ? obstacle : null),
        };
    }

    private static DateTimeOffset? TimeOf(RecordStream stream, long offset)
    {
        try
        {
            using var reader = stream.OpenReader(offset);
            return reader.TryRead(1, 1, out var records) ? records[0].Timestamp : null;
        }
        catch (Exception exception) when (exception is StreamRefusedException or ObjectDisposedException or Storage.Logs.CorruptLogException or IOException)
        {
            return null; // the export itself reports what is wrong
        }
    }
}
