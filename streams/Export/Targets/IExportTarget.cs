using Roost.Streams.Export.Batches;

namespace Roost.Streams.Export.Targets;

/// <summary>The other end of one export that takes batches. Made by an <see cref="IExportTargetFactory"/>, owned and disposed of by the export.</summary>
internal interface IExportTarget : IAsyncDisposable
{
    /// <summary>Sends a batch once. Several may be under way at a time, up to the export's <c>max-inflight</c>.</summary>
    /// <remarks>
    /// A batch comes again with the same bounds after anything but <see cref="DeliveryOutcome.Accepted"/>, and after a crash of the
    /// daemon: the target uses the bounds so that a repetition overwrites itself or can be told. Expected failures are results; whatever is
    /// thrown stops the export.
    /// </remarks>
    /// <exception cref="OperationCanceledException">The daemon stops. The batch may have arrived.</exception>
    ValueTask<Delivery> SendAsync(ExportBatch batch, CancellationToken cancellationToken);
}
