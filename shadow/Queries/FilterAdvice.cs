namespace Roost.Shadow.Queries;

/// <summary>What is said to who writes a filter as other languages have it: what stands there, and what to write. Null where nothing is wrong.</summary>
internal static class FilterAdvice
{
    /// <summary>For a token that begins no path.</summary>
    public static string OfPath(Token token)
    {
        var text = token.Text;
        return token.Kind switch
        {
            TokenKind.Fault => text,
            TokenKind.End => $"expected a path: {FieldPath.Roots}",
            TokenKind.Operator when text == "!" => "'!' is no word here: write not",
            TokenKind.Word when text.Equals("exists", StringComparison.OrdinalIgnoreCase) => "exists stands behind its path: write reported.error exists",
            TokenKind.Word when MeantBy(text) is { } meant => $"'{text}' is no path: did you mean {meant}? Paths begin with {FieldPath.Roots}",
            _ => $"'{text}' is no path: on the left stands one that begins with {FieldPath.Roots}",
        };
    }

    /// <summary>For a token that is no comparison.</summary>
    /// <param name="path">What is to be compared.</param>
    public static string OfComparison(Token token, string path) => (token.Kind, token.Text.ToUpperInvariant()) switch
    {
        (TokenKind.Fault, _) => token.Text,
        (TokenKind.Word, "NOT") => $"'not' stands before the path: write not {path} in (...), or not {path} like ...",
        (TokenKind.Word, "BETWEEN") => $"'between' is no comparison: write {path} >= ... and {path} <= ...",
        (TokenKind.Word, "IS") => $"'is' is no comparison: write {path} exists, or not {path} exists",
        (TokenKind.Word, "CONTAINS") => $"'contains' is no comparison: of a text write {path} like \"*...*\"; an array is compared with nothing",
        (TokenKind.End or TokenKind.Close, _) or (TokenKind.Word, "AND" or "OR") => $"'{path}' alone says nothing: write {path} exists, or {path} = true",
        _ => $"'{token.Text}' is no comparison: write < <= = != >= > like in or exists",
    };

    /// <summary>For a value: a path, or null, would else be taken for a text that nothing is equal to.</summary>
    public static string? OfValue(Token token, string path) =>
        token.Kind != TokenKind.Word ? null
        : token.Text.Equals("null", StringComparison.OrdinalIgnoreCase) ? $"nothing is ever null: write not {path} exists; for the text put it in quotes"
        : token.Text.Contains('.', StringComparison.Ordinal) && FieldPath.RootOf(token.Text.Split('.')[0]) is not null
            ? $"a path cannot stand on the right: '{token.Text}' would be a text. What is not as desired is found by delta, like delta.mode exists; for the text put it in quotes"
        : null;

    /// <summary>For a pattern as SQL and shells have them.</summary>
    public static string? OfPattern(Token token, FieldRoot root)
    {
        var strange = token.Kind is TokenKind.Word or TokenKind.Quoted ? token.Text.IndexOfAny(['%', '?']) : -1;
        return strange < 0 || (token.Text.Contains('*', StringComparison.Ordinal) && root is not (FieldRoot.Thing or FieldRoot.Name))
            ? null
            : $"'{token.Text[strange]}' stands for itself: write * for any characters, like \"vac-*\"; a whole text is compared by =";
    }

    public static bool IsIndex(string part) => part.Length > 0 && part.All(char.IsAsciiDigit);

    private static string? MeantBy(string text)
    {
        var lower = text.ToLowerInvariant();
        foreach (var beyond in new[] { "state.", "shadow.", "shadow.state." })
        {
            if (lower.StartsWith(beyond, StringComparison.Ordinal) && FieldPath.RootOf(lower[beyond.Length..].Split('.')[0]) is not null)
            {
                return text[beyond.Length..];
            }
        }

        var first = text.Split('.')[0];
        return FieldPath.RootOf(first.ToLowerInvariant()) is not null ? $"{first.ToLowerInvariant()}{text[first.Length..]}"
            : lower is "thingname" ? "thing"
            : lower is "and" or "or" or "like" or "in" or "true" or "false" || !char.IsAsciiLetter(text[0]) ? null
            : text.Contains('.', StringComparison.Ordinal) ? $"reported{text[first.Length..]}"
            : $"reported.{text}";
    }
}
