using System.Buffers;
using System.Text;

namespace Roost.Shadow.Queries;

internal enum TokenKind
{
    End,

    /// <summary>Letters, digits and <c>_ - $ : . + *</c>: a path, a keyword, a number, or a text that needs no quotes.</summary>
    Word,

    Quoted,
    Operator,
    Open,
    Close,
    Comma,
    Fault,
}

/// <param name="At">Index of its first character.</param>
/// <param name="Text">Without quotes and escapes; of a fault what is wrong.</param>
internal readonly record struct Token(TokenKind Kind, int At, string Text);

/// <summary>Takes the text of a filter apart. A character that belongs nowhere is a token too.</summary>
internal sealed class FilterLexer(string text)
{
    private static readonly SearchValues<char> WordCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-$:.+*");

    private int _at;

    public Token Next()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }

        if (_at == text.Length)
        {
            return new Token(TokenKind.End, _at, "");
        }

        var start = _at;
        switch (text[_at])
        {
            case '(':
                return One(TokenKind.Open);
            case ')':
                return One(TokenKind.Close);
            case ',':
                return One(TokenKind.Comma);
            case '"' or '\'':
                return Quoted();
            case '<' or '>' or '=' or '!':
                _at++;
                if (_at < text.Length && (text[_at] == '=' || (text[start] == '<' && text[_at] == '>')))
                {
                    _at++;
                }

                return new Token(TokenKind.Operator, start, text[start.._at]);
        }

        var length = text.AsSpan(_at).IndexOfAnyExcept(WordCharacters);
        _at = length < 0 ? text.Length : _at + length;
        return _at > start
            ? new Token(TokenKind.Word, start, text[start.._at])
            : new Token(TokenKind.Fault, start, text[start] switch
            {
                '&' => "'&' is no word here: write and",
                '|' => "'|' is no word here: write or",
                '[' => "'[' would look into an array, of which a filter knows only the whole, by exists",
                var other => $"'{other}' belongs in quotes",
            });
    }

    private Token One(TokenKind kind) => new(kind, _at, text[_at++].ToString());

    // A backslash takes the meaning from the quote and from itself.
    private Token Quoted()
    {
        var (start, quote, content) = (_at, text[_at], new StringBuilder());
        for (_at++; _at < text.Length; _at++)
        {
            if (text[_at] == quote)
            {
                _at++;
                return new Token(TokenKind.Quoted, start, content.ToString());
            }

            if (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] is '\\' or '"' or '\'')
            {
                _at++;
            }

            content.Append(text[_at]);
        }

        return new Token(TokenKind.Fault, start, "the quote is never closed");
    }
}
