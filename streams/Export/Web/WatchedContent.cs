using System.Net;

namespace Roost.Streams.Export.Web;

/// <summary>A body that goes out in steps, each of which is told to the watch.</summary>
internal sealed class WatchedContent(ReadOnlyMemory<byte> body, SilenceWatch watch) : HttpContent
{
    private const int StepBytes = 16 * 1024; // 2 s at 64 kbit/s

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, watch.Token);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        for (var at = 0; at < body.Length; at += StepBytes)
        {
            await stream.WriteAsync(body.Slice(at, Math.Min(StepBytes, body.Length - at)), cancellationToken);
            watch.Sent();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
