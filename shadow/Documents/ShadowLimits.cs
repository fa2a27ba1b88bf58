namespace Roost.Shadow.Documents;

/// <summary>The limits that the document engine enforces; see <see cref="ShadowOptions"/>.</summary>
internal sealed record ShadowLimits(int MaxDocumentBytes, int MaxDepth)
{
    /// <summary>Largest request body taken: the cloud's limit for an MQTT payload. White space and nulls fit beside the document.</summary>
    public const int MaxRequestBytes = 128 * 1024;
}
