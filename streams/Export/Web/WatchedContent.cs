using System.Net;
using Roost.Streams.Export.Pacing;

namespace Roost.Streams.Export.Web;

/// <summary>A body that goes out in steps, each once it may, and each told to the watch.</summary>
internal sealed class WatchedContent(ReadOnlyMemory<byte> body, SilenceWatch watch, ExportPace? pace) : HttpContent
{
    private const int StepBytes = ExportPace.PieceBytes;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, watch.Token);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        for (var at = 0; at < body.Length; at += StepBytes)
        {
            var step = body.Slice(at, Math.Min(StepBytes, body.Length - at));
            await watch.PaceAsync(pace, step.Length);
            await stream.WriteAsync(step, cancellationToken);
            watch.Sent();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
