using System.Text.Json;

namespace Roost.Shadow.Sync;

/// <summary>What the upstream said of a shadow, to us or to everyone.</summary>
/// <param name="Token">The one of the request that it answers; null where that had none.</param>
/// <param name="Side">With accepted gets and documents: the shadow.</param>
/// <param name="PreviousVersion">With documents: of the shadow before; 0 where there was none.</param>
/// <param name="Version">With an accepted deletion: of the shadow that was deleted.</param>
/// <param name="Code">With a refusal.</param>
/// <param name="Reason">As <paramref name="Code"/>, in words.</param>
internal sealed record UpstreamMessage(
    ShadowId Id, UpstreamEvent Event, string? Token, SyncSide? Side = null, long PreviousVersion = 0, long Version = 0, int Code = 0, string Reason = "")
{
    private const int MostReason = 200;

    /// <returns>Null when it is not what the topic promises.</returns>
    public static UpstreamMessage? Parse(ShadowId id, UpstreamEvent kind, ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload, ShadowDocumentReader.Nested);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var message = new UpstreamMessage(id, kind, Text(root, "clientToken"));
            return kind switch
            {
                UpstreamEvent.GetAccepted => ShadowDocumentReader.Read(root) is { } side ? message with { Side = side } : null,
                UpstreamEvent.Documents => root.TryGetProperty("current", out var current) && ShadowDocumentReader.Read(current) is { } side
                    ? message with { Side = side, PreviousVersion = root.TryGetProperty("previous", out var previous) ? Number(previous, "version") : 0 }
                    : null,
                UpstreamEvent.DeleteAccepted => message with { Version = Number(root, "version") },
                _ => message with { Code = (int)Math.Clamp(Number(root, "code"), 0, 999), Reason = Cut(Text(root, "message") ?? "") },
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // the second: half a surrogate pair in a string
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;

    private static string Cut(string text) => text.Length <= MostReason ? text : text[..MostReason];
}
