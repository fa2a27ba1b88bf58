using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Roost.Shadow.Watching;

namespace Roost.Shadow.Queries;

/// <summary>
/// Reads filters and selections; docs/shadows.md has the grammar. Bounded in length, depth and comparisons, so that no text makes it or the filter expensive.
/// </summary>
internal sealed class FilterParser
{
    public const int MaxLength = 4096;
    public const int MaxDepth = 32;
    public const int MaxComparisons = 64;
    public const int MaxSelected = 32;

    private readonly FilterLexer _lexer;
    private readonly List<FieldPath> _fields;
    private Token _token;
    private FilterFault? _fault;
    private int _depth;
    private int _comparisons;

    private FilterParser(string text, List<FieldPath> fields)
    {
        _lexer = new FilterLexer(text);
        _fields = fields;
        _token = _lexer.Next();
    }

    /// <param name="fields">The fields that the condition needs are added.</param>
    public static bool TryParse(string text, List<FieldPath> fields, [NotNullWhen(true)] out Condition? condition, [NotNullWhen(false)] out FilterFault? fault)
    {
        condition = null;
        if (text.Length > MaxLength)
        {
            fault = new FilterFault(MaxLength + 1, $"it is longer than {MaxLength} characters");
            return false;
        }

        var parser = new FilterParser(text, fields);
        var read = parser.ReadAny();
        if (parser._fault is null && parser._token.Kind != TokenKind.End)
        {
            parser.Expected("'and', 'or' or the end");
        }

        condition = parser._fault is null ? read! : null;
        fault = parser._fault;
        return condition is not null;
    }

    /// <summary>Reads paths with commas between them.</summary>
    public static bool TryParseSelection(string text, List<FieldPath> fields, out List<int> selected, [NotNullWhen(false)] out FilterFault? fault)
    {
        selected = [];
        if (text.Length > MaxLength)
        {
            fault = new FilterFault(MaxLength + 1, $"it is longer than {MaxLength} characters");
            return false;
        }

        var parser = new FilterParser(text, fields);
        do
        {
            if (parser.ReadPath() is { } field && !selected.Contains(field)) // two spellings of one path are one member of the answer
            {
                selected.Add(field);
            }
        }
        while (parser._fault is null && selected.Count < MaxSelected && parser.Skip(TokenKind.Comma));

        if (parser._fault is null && parser._token.Kind != TokenKind.End)
        {
            parser.Expected(selected.Count == MaxSelected ? $"the end, as {MaxSelected} paths are the most" : "a comma or the end");
        }

        fault = parser._fault;
        return fault is null;
    }

    private Condition? ReadAny() => ReadList("or", ReadAll, static parts => new AnyOf(parts));

    private Condition? ReadAll() => ReadList("and", ReadOne, static parts => new AllOf(parts));

    private Condition? ReadList(string keyword, Func<Condition?> read, Func<List<Condition>, Condition> join)
    {
        if (read() is not { } first)
        {
            return null;
        }

        List<Condition>? parts = null;
        while (SkipKeyword(keyword))
        {
            if (read() is not { } next)
            {
                return null;
            }

            (parts ??= [first]).Add(next);
        }

        return parts is null ? first : join(parts);
    }

    private Condition? ReadOne()
    {
        if (++_depth > MaxDepth)
        {
            return Fail($"there are more than {MaxDepth} levels of parentheses and 'not'");
        }

        Condition? read;
        if (SkipKeyword("not"))
        {
            read = ReadOne() is { } part ? new Not(part) : null;
        }
        else if (Skip(TokenKind.Open))
        {
            read = ReadAny();
            if (read is not null && !Skip(TokenKind.Close))
            {
                read = Expected("')'");
            }
        }
        else
        {
            read = ReadComparison();
        }

        _depth--;
        return read;
    }

    private Condition? ReadComparison()
    {
        if (ReadPath() is not { } field)
        {
            return null;
        }

        if (++_comparisons > MaxComparisons)
        {
            return Fail($"there are more than {MaxComparisons} comparisons");
        }

        if (SkipKeyword("exists"))
        {
            return new Exists(field);
        }

        if (SkipKeyword("like"))
        {
            var pattern = _token;
            if (FilterAdvice.OfPattern(pattern, _fields[field].Root) is { } wrong)
            {
                return Fail(wrong);
            }

            return Skip(TokenKind.Quoted) || Skip(TokenKind.Word) ? new Like(field, new Wildcard(pattern.Text)) : Expected("a pattern, like \"vac-*\"");
        }

        if (SkipKeyword("in"))
        {
            return ReadIn(field);
        }

        var comparison = ComparisonOf(_token);
        if (comparison is null)
        {
            return Fail(FilterAdvice.OfComparison(_token, _fields[field].Text));
        }

        Advance();
        return ReadValue(field) is { } value ? new Compare(field, comparison.Value, value) : null;
    }

    private Condition? ReadIn(int field)
    {
        if (!Skip(TokenKind.Open))
        {
            return Expected("'(' and a list of values");
        }

        var values = new List<Condition>();
        do
        {
            if (++_comparisons > MaxComparisons)
            {
                return Fail($"there are more than {MaxComparisons} comparisons");
            }

            if (ReadValue(field) is not { } value)
            {
                return null;
            }

            values.Add(new Compare(field, Comparison.Equal, value));
        }
        while (Skip(TokenKind.Comma));

        return Skip(TokenKind.Close) ? new AnyOf(values) : Expected("',' or ')'");
    }

    private static Comparison? ComparisonOf(Token token) => token.Kind != TokenKind.Operator ? null : token.Text switch
    {
        "<" => Comparison.Less,
        "<=" => Comparison.LessOrEqual,
        "=" or "==" => Comparison.Equal,
        "!=" or "<>" => Comparison.NotEqual,
        ">=" => Comparison.GreaterOrEqual,
        ">" => Comparison.Greater,
        _ => null,
    };

    private FieldValue? ReadValue(int field)
    {
        var token = _token;
        if (token.Kind is not (TokenKind.Word or TokenKind.Quoted) || (token.Kind == TokenKind.Word && IsKeyword(token.Text)))
        {
            Expected("a number, a text, true or false");
            return null;
        }

        if (FilterAdvice.OfValue(token, _fields[field].Text) is { } wrong)
        {
            Fail(wrong);
            return null;
        }

        var value = ValueOf(token);
        if (_fields[field].Root == FieldRoot.Updated && value.Kind == FieldKind.String)
        {
            if (!DateTimeOffset.TryParse(token.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                Fail($"'{token.Text}' is no time: write one like 2026-11-21T17:00:00Z, or seconds since 1970");
                return null;
            }

            value = FieldValue.Of(time.ToUnixTimeSeconds());
        }

        Advance();
        return value;
    }

    private static FieldValue ValueOf(Token token)
    {
        if (token.Kind == TokenKind.Quoted)
        {
            return FieldValue.Of(token.Text);
        }

        if (token.Text is "true" or "false")
        {
            return new FieldValue(FieldKind.Boolean, Encoding.ASCII.GetBytes(token.Text));
        }

        return IsNumber(token.Text) ? new FieldValue(FieldKind.Number, Encoding.ASCII.GetBytes(token.Text)) : FieldValue.Of(token.Text);
    }

    private static bool IsNumber(string word)
    {
        if (!char.IsAsciiDigit(word[^1]) || !(char.IsAsciiDigit(word[0]) || word[0] == '-'))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(Encoding.ASCII.GetBytes(word));
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary><c>reported.battery</c>, <c>reported."a key".x</c>; the index of the field.</summary>
    private int? ReadPath()
    {
        var first = _token;
        var words = first.Text.Split('.');
        if (first.Kind != TokenKind.Word || FieldPath.RootOf(words[0]) is not { } root)
        {
            Fail(FilterAdvice.OfPath(first));
            return null;
        }

        var (keys, text, end) = (words.Skip(1).ToList(), new StringBuilder(first.Text), first.At + first.Text.Length);
        Advance();
        while (_token.Kind == TokenKind.Quoted && _token.At == end && keys is [.., ""])
        {
            keys[^1] = _token.Text;
            end = _token.At + _token.Text.Length + 2;
            text.Append('"').Append(_token.Text).Append('"');
            Advance();
            if (_token.Kind == TokenKind.Word && _token.Text[0] == '.' && _token.At == end)
            {
                keys.AddRange(_token.Text.Split('.').Skip(1));
                end += _token.Text.Length;
                text.Append(_token.Text);
                Advance();
            }
        }

        if (words.Skip(1).FirstOrDefault(FilterAdvice.IsIndex) is { } index)
        {
            _fault ??= new FilterFault(first.At + 1, $"'{first.Text}' would look into an array, of which a filter knows only the whole, by exists; a member that is named {index} stands in quotes");
            return null;
        }

        var path = new FieldPath(root, [.. keys], text.ToString());
        if (keys.Contains("") || (keys.Count > 0 && !path.IsState) || keys.Any(key => key.Contains('*', StringComparison.Ordinal)))
        {
            _fault ??= new FilterFault(first.At + 1, keys.Count > 0 && !path.IsState ? $"{words[0]} has no parts" : "a part of the path is empty or has a '*'; put such names in quotes");
            return null;
        }

        var known = _fields.IndexOf(path);
        if (known >= 0)
        {
            return known;
        }

        _fields.Add(path);
        return _fields.Count - 1;
    }

    private static bool IsKeyword(string word) =>
        word.ToUpperInvariant() is "AND" or "OR" or "NOT" or "LIKE" or "IN" or "EXISTS";

    private bool SkipKeyword(string keyword)
    {
        if (_token.Kind != TokenKind.Word || !_token.Text.Equals(keyword, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Advance();
        return true;
    }

    private bool Skip(TokenKind kind)
    {
        if (_token.Kind != kind)
        {
            return false;
        }

        Advance();
        return true;
    }

    private void Advance() => _token = _lexer.Next();

    private Condition? Expected(string what) => Fail(_token.Kind switch
    {
        TokenKind.Fault => _token.Text,
        TokenKind.End => $"expected {what}",
        _ => $"found '{_token.Text}', expected {what}",
    });

    private Condition? Fail(string message)
    {
        _fault ??= new FilterFault(_token.At + 1, message);
        return null;
    }
}
