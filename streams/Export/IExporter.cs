namespace Roost.Streams.Export;

/// <summary>Carries one stream to one target. The registry starts it once the streams are open, and ends it before they close.</summary>
internal interface IExporter
{
    StreamName Stream { get; }

    ExportStatus Status { get; }

    /// <summary>Everything below is exported, durably noted; 0 until the export has opened its position.</summary>
    long CommittedOffset { get; }

    /// <summary>Runs until the token ends it, then drains what is in flight within a bound and notes its position. Never faults.</summary>
    Task RunAsync(CancellationToken stoppingToken);
}
