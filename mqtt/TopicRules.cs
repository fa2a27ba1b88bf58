using System.Text;

namespace Roost.Mqtt;

/// <summary>The rules that topic names and filters share (section 4.7), as sentences for error messages.</summary>
internal static class TopicRules
{
    public const int MaxBytes = 65_535;

    /// <returns>Null for a valid topic name, else what is wrong with it.</returns>
    public static string? FaultOfName(string text) =>
        FaultOfEither(text) ?? (text.AsSpan().ContainsAny('+', '#') ? "a topic name holds no + or #" : null);

    /// <returns>Null for a valid topic filter, else what is wrong with it.</returns>
    public static string? FaultOfFilter(string text)
    {
        if (FaultOfEither(text) is { } fault)
        {
            return fault;
        }

        var levels = text.Split('/');
        for (var i = 0; i < levels.Length; i++)
        {
            if (levels[i].Length > 1 && levels[i].AsSpan().ContainsAny('+', '#'))
            {
                return "+ and # stand alone in their level"; // [MQTT-4.7.1-1], [MQTT-4.7.1-2]
            }

            if (levels[i] == "#" && i != levels.Length - 1)
            {
                return "# is the last level"; // [MQTT-4.7.1-1]
            }
        }

        return null;
    }

    private static string? FaultOfEither(string text)
    {
        if (text.Length == 0)
        {
            return "it is empty"; // [MQTT-4.7.3-1]
        }

        if (text.Contains('\0'))
        {
            return "it holds U+0000"; // [MQTT-4.7.3-2]
        }

        return Encoding.UTF8.GetByteCount(text) > MaxBytes ? "it is longer than 65,535 bytes" : null; // [MQTT-4.7.3-3]
    }
}
