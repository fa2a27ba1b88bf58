using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Formats;

namespace Roost.Streams.Export.Web;

/// <summary>A batch as a request.</summary>
internal static class BatchRequest
{
    /// <summary>Headers that Roost sets itself, or that belong to the transport.</summary>
    public static readonly IReadOnlyList<string> Reserved =
        ["Authorization", "Connection", "Expect", "Idempotency-Key", "Keep-Alive", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent"];

    public static readonly IReadOnlyList<string> ReservedPrefixes = ["Content-", "Roost-", "Webhook-"];

    /// <summary>Stays the same over every repetition of a batch, and no other batch ever has it.</summary>
    /// <param name="gateway">Stands in for the stream's own identifier, where a stream has none.</param>
    public static string IdempotencyKey(ExportBatch batch, string gateway) => string.Create(
        CultureInfo.InvariantCulture, $"{batch.Identity.Stream.Value}/{(batch.StreamId.Length > 0 ? batch.StreamId : gateway)}/{batch.First}-{batch.Next}");

    /// <exception cref="WebFileException">A file with a secret cannot be read, or a secret is of no use.</exception>
    /// <exception cref="Credentials.SecretUnavailableException">A secret is not there.</exception>
    public static HttpRequestMessage Create(ExportHttpOptions options, WebSecrets secrets, ExportBatch batch, EncodedBatch encoded, string gateway, SilenceWatch watch, TimeProvider clock)
    {
        var request = new HttpRequestMessage(options.Method == ExportHttpMethod.Post ? HttpMethod.Post : HttpMethod.Put, options.Url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower, // 2 where TLS offers it, else 1.1
            Content = new WatchedContent(encoded.Bytes, watch, batch.Pace),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(encoded.ContentType);
        if (encoded.ContentEncoding is { } encoding)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        var key = IdempotencyKey(batch, gateway);
        var headers = request.Headers;
        headers.TryAddWithoutValidation("User-Agent", options.UserAgent);
        headers.TryAddWithoutValidation("Idempotency-Key", key);
        headers.TryAddWithoutValidation("Roost-Gateway", gateway);
        headers.TryAddWithoutValidation("Roost-Stream", batch.Identity.Stream.Value);
        headers.TryAddWithoutValidation("Roost-First-Offset", batch.First.ToString(CultureInfo.InvariantCulture));
        headers.TryAddWithoutValidation("Roost-Next-Offset", batch.Next.ToString(CultureInfo.InvariantCulture));
        headers.TryAddWithoutValidation("Roost-Records", batch.Records.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in options.Headers)
        {
            headers.TryAddWithoutValidation(name, value);
        }

        if (secrets.Authorization() is { } authorization)
        {
            headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (secrets.SigningKey() is { } signingKey)
        {
            var time = clock.GetUtcNow().ToUnixTimeSeconds();
            headers.TryAddWithoutValidation("webhook-id", key);
            headers.TryAddWithoutValidation("webhook-timestamp", time.ToString(CultureInfo.InvariantCulture));
            headers.TryAddWithoutValidation("webhook-signature", WebhookSignature.Of(signingKey, key, time, encoded.Bytes.Span));
        }

        return request;
    }
}
