namespace Roost.Mqtt.Connections;

/// <summary>What clients chose (their identifiers, topics) as it may stand in a line of the log: it may hold 64 KiB and line breaks.</summary>
internal static class LogText
{
    private const int MaxLength = 100;

    /// <summary>Shortened, with ? for each control character and line separator.</summary>
    public static string Of(string text, int maxLength = MaxLength)
    {
        var shown = text.Length > maxLength ? $"{text[..maxLength]}..." : text;
        return shown.Any(IsUnfit) ? string.Concat(shown.Select(static letter => IsUnfit(letter) ? '?' : letter)) : shown;
    }

    private static bool IsUnfit(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';
}
