using System.Buffers;

namespace Roost.Identity.Things;

/// <summary>What things, types, groups and attributes may be called: AWS IoT's rules.</summary>
internal static class RegistryNames
{
    public const int MaxChars = 128;
    public const int MaxAttributes = 50;
    public const int MaxValueChars = 800;
    public const int MaxDescriptionChars = 2028;

    private static readonly SearchValues<char> s_name = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-");
    private static readonly SearchValues<char> s_attribute = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,@/:#-");
    private static readonly SearchValues<char> s_value = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,@/:#=[]-");

    public static bool IsName(ReadOnlySpan<char> name) => name.Length is > 0 and <= MaxChars && !name.ContainsAnyExcept(s_name);

    /// <param name="kind">As in "thing" or "group".</param>
    /// <exception cref="ChangeRefusedException">It is no name.</exception>
    public static void Check(string kind, string? name)
    {
        if (!IsName(name))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"'{Shown(name)}' is no name of a {kind}; use 1 to {MaxChars} of a-z A-Z 0-9 : _ -");
        }
    }

    /// <param name="value">Empty: the attribute is to go.</param>
    /// <exception cref="ChangeRefusedException">There can be no such attribute.</exception>
    public static void CheckAttribute(string name, string? value)
    {
        if (name.Length is 0 or > MaxChars || name.AsSpan().ContainsAnyExcept(s_attribute))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"'{Shown(name)}' is no name of an attribute; use 1 to {MaxChars} of a-z A-Z 0-9 _ . , @ / : # -");
        }

        if (value is null || value.Length > MaxValueChars || value.AsSpan().ContainsAnyExcept(s_value))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"attribute {name} has a value that cannot be kept; use up to {MaxValueChars} of a-z A-Z 0-9 _ . , @ / : # = [ ] -");
        }
    }

    /// <exception cref="ChangeRefusedException">It is too long, or holds control characters.</exception>
    public static void CheckDescription(string description)
    {
        if (description.Length > MaxDescriptionChars || description.Any(char.IsControl))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"the description cannot be kept; use up to {MaxDescriptionChars} characters, none of them control characters");
        }
    }

    // A message goes to logs and terminals: nothing in it moves a cursor.
    private static string Shown(string? name) => name is null ? "" : new([.. name.Take(MaxChars).Select(letter => char.IsControl(letter) ? '?' : letter)]);
}
