using Roost.Storage;

namespace Roost.LocalLambda.Definitions;

/// <summary>Sizes and durations of <c>function.yaml</c>, in the units of the daemon's own configuration: <c>128MiB</c>, <c>3s</c>.</summary>
internal static class Quantity
{
    public static bool TryParseBytes(string text, out long bytes) => ByteSize.TryParse(text, out bytes);

    public static bool TryParseDuration(string text, out TimeSpan duration) => Duration.TryParse(text, out duration);
}
