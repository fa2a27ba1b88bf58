using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Roost.Streams.Cursors;

/// <summary>The name of a cursor among those of its stream: 1 to 64 of <c>a-z A-Z 0-9 _ . -</c>, not beginning with a dot.</summary>
internal readonly record struct CursorName
{
    public const int MaxLength = 64;

    public const string Rule = "a cursor's name has 1 to 64 of a-z, A-Z, 0-9, '_', '.' and '-', and does not begin with '.'";

    private static readonly SearchValues<char> s_allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    private readonly string? _value;

    private CursorName(string value) => _value = value;

    public string Value => _value ?? "";

    public static bool TryParse([NotNullWhen(true)] string? text, out CursorName name)
    {
        var valid = text is { Length: >= 1 and <= MaxLength } && text[0] != '.' && !text.AsSpan().ContainsAnyExcept(s_allowed);
        name = valid ? new CursorName(text!) : default;
        return valid;
    }

    public override string ToString() => Value;
}
