namespace Roost.Streams.Definitions;

/// <summary>How members of enumerations are spelled in requests and answers, which is as the configuration spells them.</summary>
internal static class Words
{
    /// <returns><c>DropOldest</c> is <c>drop-oldest</c>.</returns>
    public static string Of(Enum member) =>
        string.Concat(member.ToString().Select((letter, index) => char.IsUpper(letter) ? $"{(index > 0 ? "-" : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));
}
