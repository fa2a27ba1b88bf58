using System.Text;
using Roost.Identity.Policies.Access;
using Roost.Identity.Policies.Matching;

namespace Roost.Identity.Policies.Documents;

/// <summary>A text of a policy with its variables. Immutable.</summary>
internal sealed class TextTemplate
{
    private readonly Part[] _parts;
    private readonly string? _code; // when there are no variables

    private TextTemplate(string text, List<Part> parts)
    {
        Text = text;
        _parts = [.. parts];
        _code = parts.Exists(part => part.Variable is not null) ? null : string.Concat(parts.Select(part => part.Code));
        Constant = _code is null ? null : new WildcardPattern(_code);
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Null: it has variables.</summary>
    public WildcardPattern? Constant { get; }

    /// <summary>What stands before the first wildcard or variable.</summary>
    public string Head => _parts.Length == 0 || _parts[0].Code is not { } code ? "" : code[..(code.IndexOfAny([PatternCode.Any, PatternCode.One]) is var end and >= 0 ? end : code.Length)];

    /// <summary>Whether <see cref="Head"/> is all of it.</summary>
    public bool IsLiteral => Constant is { IsExact: true };

    /// <summary>Its code with a <c>*</c> in the place of each variable.</summary>
    public string Widest => string.Concat(_parts.Select(static part => part.Code ?? PatternCode.Any.ToString()));

    /// <param name="hasWildcards">Whether <c>*</c> and <c>?</c> are wildcards in it.</param>
    /// <param name="fault">What is wrong with it, where null is returned.</param>
    public static TextTemplate? Read(string text, bool hasWildcards, out string fault)
    {
        fault = "";
        if (text.Length > PolicyLimits.MostCharacters || !PatternCode.IsPlain(text))
        {
            fault = text.Length > PolicyLimits.MostCharacters ? $"a text has {text.Length} characters; use at most {PolicyLimits.MostCharacters}" : "a text holds code points that are no characters; take them out";
            return null;
        }

        var parts = new List<Part>();
        var literal = new StringBuilder();
        var sets = 0;
        for (var place = 0; place < text.Length; place++)
        {
            if (text[place] != '$' || place + 1 == text.Length || text[place + 1] != '{')
            {
                literal.Append(hasWildcards && text[place] == '*' ? PatternCode.Any : hasWildcards && text[place] == '?' ? PatternCode.One : text[place]);
                continue;
            }

            var end = text.IndexOf('}', place);
            if (end < 0)
            {
                fault = $"'{text}' opens a variable that it does not close; write ${{iot:ClientId}}, or ${{$}} for a dollar sign";
                return null;
            }

            var inner = text[(place + 2)..end];
            place = end;
            if (inner is "*" or "?" or "$")
            {
                literal.Append(inner);
                continue;
            }

            if (!TryReadVariable(inner, out var variable, out fault))
            {
                return null;
            }

            if (VariableName.IsSet(variable.Variable!) && ++sets > 1)
            {
                fault = $"'{text}' holds two variables with several values; use one";
                return null;
            }

            parts.Add(new Part(literal.ToString(), null, null));
            literal.Clear();
            parts.Add(variable);
        }

        parts.Add(new Part(literal.ToString(), null, null));
        return new TextTemplate(text, parts);
    }

    /// <summary>Fills the variables in: several texts where one of them has several values.</summary>
    /// <param name="missing">What stands where a variable has no value; null: then there is no text.</param>
    public IEnumerable<string> Fill(PolicyVariables variables, string? missing)
    {
        if (_code is not null)
        {
            return [_code];
        }

        List<StringBuilder> texts = [new()];
        foreach (var part in _parts)
        {
            if (part.Variable is null)
            {
                texts.ForEach(text => text.Append(part.Code));
                continue;
            }

            var values = variables.ValuesOf(part.Variable);
            if (values.Count == 0)
            {
                var filler = part.Default ?? missing;
                if (filler is null)
                {
                    return [];
                }

                values = [filler];
            }

            texts = values.Count == 1 ? texts.ConvertAll(text => text.Append(values[0])) : [.. from text in texts from value in values select new StringBuilder().Append(text).Append(value)];
        }

        return texts.Select(text => text.ToString());
    }

    /// <summary>Names of the variables in it.</summary>
    public IEnumerable<string> Variables => _parts.Select(part => part.Variable).OfType<string>();

    private static bool TryReadVariable(string inner, out Part variable, out string fault)
    {
        variable = default;
        fault = "";
        string? fallback = null;
        var comma = inner.IndexOf(',');
        var written = comma < 0 ? inner : inner[..comma];
        if (comma >= 0)
        {
            var quoted = inner[(comma + 1)..].Trim();
            if (quoted.Length < 2 || quoted[0] != '\'' || quoted[^1] != '\'' || quoted.AsSpan(1, quoted.Length - 2).Contains('\''))
            {
                fault = $"the default of ${{{inner}}} has to stand in single quotes; write ${{{written}, 'none'}}";
                return false;
            }

            fallback = quoted[1..^1];
        }

        var name = VariableName.Find(written);
        if (name is null)
        {
            fault = $"there is no variable ${{{written}}}.{VariableName.Advice(written)}";
            return false;
        }

        variable = new Part(null, name, fallback);
        return true;
    }

    /// <param name="Code">Of what is no variable.</param>
    /// <param name="Default">What stands for a variable without a value; null: nothing does.</param>
    private readonly record struct Part(string? Code, string? Variable, string? Default);
}
