using System.Text;
using System.Text.Json;

namespace Roost.LocalLambda.DeadLetters;

/// <summary>A dead letter as it is kept.</summary>
/// <param name="Id">Greater than those of all letters before it.</param>
/// <param name="Record">The record in the form of Lambda's on-failure destination: JSON.</param>
internal sealed record StoredDeadLetter(long Id, DateTimeOffset Time, DeadLetter Letter, byte[] Record)
{
    /// <summary>The event, byte for byte as it came.</summary>
    public byte[] ReadEvent()
    {
        using var document = JsonDocument.Parse(Record);
        var payload = document.RootElement.GetProperty("requestPayload");
        if (Letter.Binary)
        {
            return payload.ValueKind == JsonValueKind.Object ? payload.GetProperty("data").GetBytesFromBase64() : [];
        }

        return Encoding.UTF8.GetBytes(payload.GetRawText());
    }
}
