namespace Roost.Streams.Export;

/// <summary>How far an export is behind, worked out when somebody asks.</summary>
internal static class ExportLag
{
    /// <param name="stream">The exported stream.</param>
    /// <param name="next">First record that is not done; null when the position is not open yet.</param>
    /// <param name="clock">For the age of that record.</param>
    public static ExportStatus Describe(RecordStream stream, long? next, TimeProvider clock)
    {
        var description = stream.Describe();
        var from = Math.Max(next ?? description.FirstOffset, description.FirstOffset);
        var records = Math.Max(0, description.NextOffset - from);
        return new ExportStatus
        {
            Stream = stream.Name,
            LagRecords = records,
            LagBytes = description.Records == 0 ? 0 : (long)(description.SizeBytes * ((double)records / description.Records)),
            Lag = records == 0 || description.Fault is not null ? TimeSpan.Zero : Age(stream, from, clock),
            Name = "",
            Topic = "",
            CommittedOffset = 0,
            AcknowledgedRecords = 0,
            RetriedRecords = 0,
            LostRecords = 0,
            DeadRecords = 0,
            Fault = null,
        };
    }

    private static TimeSpan Age(RecordStream stream, long offset, TimeProvider clock)
    {
        try
        {
            using var reader = stream.OpenReader(offset);
            var age = reader.TryRead(1, 1, out var records) ? clock.GetUtcNow() - records[0].Timestamp : TimeSpan.Zero;
            return age > TimeSpan.Zero ? age : TimeSpan.Zero;
        }
        catch (Exception exception) when (exception is StreamRefusedException or ObjectDisposedException or Storage.Logs.CorruptLogException or IOException)
        {
            return TimeSpan.Zero; // the export itself reports what is wrong
        }
    }
}
