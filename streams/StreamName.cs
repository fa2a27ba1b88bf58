using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Roost.Streams;

/// <summary>
/// The name of a stream, which is also the name of its folder: 1 to 128 of <c>a-z A-Z 0-9 _ . -</c>, not beginning with a dot.
/// Names that begin with <c>$</c> belong to the system: they are read like any other, and never configured or appended to from outside.
/// </summary>
public readonly record struct StreamName
{
    public const int MaxLength = 128;

    /// <summary>What a name may be, as the end of an error message.</summary>
    public const string Rule = "a stream's name has 1 to 128 of a-z, A-Z, 0-9, '_', '.' and '-', and does not begin with '.'";

    private static readonly SearchValues<char> s_allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    private readonly string? _value;

    private StreamName(string value) => _value = value;

    /// <summary>Where records go that an export's target refused for good.</summary>
    public static StreamName Dead { get; } = new("$dead");

    /// <summary>The name as text; empty only for <c>default</c>, which is no valid name.</summary>
    public string Value => _value ?? "";

    public bool IsSystem => Value.StartsWith('$');

    /// <exception cref="FormatException">The text is no stream name.</exception>
    public static StreamName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a stream name: {Rule}.");

    public static bool TryParse([NotNullWhen(true)] string? text, out StreamName name)
    {
        var valid = text is { Length: >= 1 and <= MaxLength } && IsName(text.AsSpan(text[0] == '$' ? 1 : 0));
        name = valid ? new StreamName(text!) : default;
        return valid;
    }

    public override string ToString() => Value;

    private static bool IsName(ReadOnlySpan<char> text) => !text.IsEmpty && text[0] != '.' && !text.ContainsAnyExcept(s_allowed);
}
