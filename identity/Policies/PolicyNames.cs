using System.Buffers;

namespace Roost.Identity.Policies;

/// <summary>What policies may be called, and what they can be attached to.</summary>
internal static class PolicyNames
{
    private const int MostLetters = 128;
    private const int MostTarget = 256;

    private static readonly SearchValues<char> _letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=,.@-");
    private static readonly string[] _kinds = ["cert/", "user/", "token/", "key/", "thing/", "group/"];

    /// <exception cref="ChangeRefusedException">No policy can have this name. AWS IoT's rule.</exception>
    public static void Check(string name)
    {
        if (name.Length is 0 or > MostLetters || name.AsSpan().ContainsAnyExcept(_letters))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"'{Cut(name)}' is no name for a policy; use 1 to {MostLetters} letters, digits and any of _ + = , . @ -");
        }
    }

    /// <exception cref="ChangeRefusedException">Nothing can be attached to it.</exception>
    public static void CheckTarget(string target)
    {
        if (target.Length > MostTarget || !Matching.PatternCode.IsPlain(target) || !Array.Exists(_kinds, kind => target.Length > kind.Length && target.StartsWith(kind, StringComparison.Ordinal)))
        {
            throw new ChangeRefusedException(
                ChangeFault.Invalid, $"'{Cut(target)}' is nothing that a policy can be attached to; write thing/NAME, group/NAME, cert/FINGERPRINT, user/NAME, token/ID or key/ID");
        }
    }

    private static string Cut(string text) => text.Length <= MostLetters ? text : text[..MostLetters] + "...";
}
