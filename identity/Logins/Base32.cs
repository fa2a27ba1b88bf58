using System.Buffers;
using System.Security.Cryptography;

namespace Roost.Identity.Logins;

/// <summary>Random text of RFC 4648's base32 alphabet in small letters: five bits a character, nothing that a shell, a URL or a header would change.</summary>
internal static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private static readonly SearchValues<char> _characters = SearchValues.Create(Alphabet);

    public static string Random(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    public static bool IsText(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(_characters);
}
