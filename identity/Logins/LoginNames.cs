using System.Buffers;

namespace Roost.Identity.Logins;

/// <summary>The rules of names and passwords.</summary>
internal static class LoginNames
{
    public const int LongestName = 128;
    public const int LongestLabel = 128;
    public const int ShortestPassword = 8;

    /// <summary>In bytes. Longer ones are refused unseen.</summary>
    public const int LongestPassword = 1024;

    // ASCII alone: no two names look alike or are equal to some and different to others. No '?': what follows it are the metrics of an AWS SDK.
    private static readonly SearchValues<char> _inNames = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@+:-");

    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && !name.AsSpan().ContainsAnyExcept(_inNames);

    /// <exception cref="ChangeRefusedException">It is no name of a user.</exception>
    public static void CheckName(string name)
    {
        if (!IsName(name))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"A user's name has 1 to {LongestName} of the letters a-z and A-Z, the digits, and . _ @ + : -");
        }
    }

    /// <exception cref="ChangeRefusedException">It is too long to be shown in a line.</exception>
    public static void CheckLabel(string label)
    {
        if (label.Length > LongestLabel || label.Any(char.IsControl))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"A name that is only shown has up to {LongestLabel} characters, without control characters.");
        }
    }

    /// <exception cref="ChangeRefusedException">It must not be used.</exception>
    public static void CheckPassword(ReadOnlySpan<byte> password)
    {
        if (password.Length is < ShortestPassword or > LongestPassword)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"A password has {ShortestPassword} to {LongestPassword} bytes in UTF-8.");
        }

        if (password.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0 || password.Contains((byte)0x7F))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, "The password holds a control character, which many clients cut or change; leave out line ends, tabs and NUL.");
        }
    }
}
