using System.Text.Json;
using Roost.Hardware.Reporting;
using Roost.Mqtt;

namespace Roost.Hardware.Gpio.Edges;

/// <summary>An edge on its way to its topic.</summary>
/// <param name="Lost">Edges of the same line that were lost right before this one.</param>
internal sealed record EdgeMessage(TopicName Topic, string Thing, string Property, LineEdge Edge, DateTimeOffset At, uint Lost)
{
    private const decimal NanosecondsInSecond = 1_000_000_000m;

    /// <summary>The JSON that docs/hardware.md has.</summary>
    public byte[] Payload()
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteString("thing", Thing);
            writer.WriteString("property", Property);
            writer.WriteBoolean("value", Edge.IsActive);
            writer.WriteString("edge", Edge.IsActive ? "rising" : "falling");
            writer.WriteString("at", TimeText.Of(At));
            writer.WriteNumber("kernelSeconds", Edge.Timestamp / NanosecondsInSecond);
            writer.WriteNumber("sequence", Edge.Sequence);
            writer.WriteNumber("lost", Lost);
            writer.WriteEndObject();
        }

        return text.ToArray();
    }
}
