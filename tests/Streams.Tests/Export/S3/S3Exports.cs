using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Roost.Streams.Credentials;
using Roost.Streams.Export;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.S3;
using Roost.Streams.Export.Targets;
using Roost.Streams.Signing;

namespace Roost.Streams.Tests.Export.S3;

/// <summary>Targets and batches as the engine makes them.</summary>
internal static class S3Exports
{
    public const string StreamId = "0123456789abcdef";

    private static readonly DateTimeOffset s_appended = new(2026, 11, 20, 23, 0, 0, TimeSpan.Zero);

    public static IExportTarget Target(CloudS3Options store, ExportS3Options? s3 = null, BatchCompression? compress = null, string stream = "telemetry", IStreamSecrets? secrets = null) =>
        new S3TargetFactory(Options.Create(store), new GatewayIdentity("/nonexistent"), secrets ?? new NoStreamSecrets(), TimeProvider.System, NullLogger<S3TargetFactory>.Instance)
            .Create(new ExportOptions { Stream = stream, To = ExportTarget.S3, S3 = s3, Compress = compress }, new ExportIdentity(StreamName.Parse(stream), "s3"));

    /// <summary>Records whose payloads are their offsets, or so many random bytes.</summary>
    public static ExportBatch Batch(long first, int count, int bytes = 0, string stream = "telemetry") =>
        new(new ExportIdentity(StreamName.Parse(stream), "s3"), first, first + count, [.. Enumerable.Range(0, count).Select(i => Record(first + i, bytes))]) { StreamId = StreamId };

    public static async Task<Delivery> SendAsync(this IExportTarget target, ExportBatch batch) => await target.SendAsync(batch, CancellationToken.None);

    private static StreamRecord Record(long offset, int bytes)
    {
        var payload = System.Text.Encoding.UTF8.GetBytes(offset.ToString(CultureInfo.InvariantCulture));
        if (bytes > 0)
        {
            payload = new byte[bytes];
            new Random((int)offset).NextBytes(payload);
        }

        return new StreamRecord { Offset = offset, Timestamp = s_appended.AddSeconds(offset), Key = "robots/vac-01/telemetry", KeyIsTopic = true, PayloadIsUtf8 = false, Headers = [], Payload = payload };
    }
}
