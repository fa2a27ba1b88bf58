namespace Roost.DeviceSim.Messages;

/// <summary>The words that messages use for modes, fan speeds and bumper sides.</summary>
internal static class RobotNames
{
#pragma warning disable CA1308 // the messages' words are lower-case; nothing is compared after this
    public static string Of<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    public static bool TryParse<T>(string? word, out T value)
        where T : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<T>())
        {
            if (string.Equals(Of(candidate), word, StringComparison.Ordinal))
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }
}
