using Roost.Shadow.Documents;
using Roost.Shadow.Watching;

namespace Roost.Shadow.Queries;

internal enum Comparison
{
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

/// <summary>A part of a filter. Fields are named by their index in the values.</summary>
internal abstract record Condition
{
    public abstract bool Holds(FieldValue[] values);
}

internal sealed record AllOf(IReadOnlyList<Condition> Parts) : Condition
{
    public override bool Holds(FieldValue[] values)
    {
        foreach (var part in Parts)
        {
            if (!part.Holds(values))
            {
                return false;
            }
        }

        return true;
    }
}

internal sealed record AnyOf(IReadOnlyList<Condition> Parts) : Condition
{
    public override bool Holds(FieldValue[] values)
    {
        foreach (var part in Parts)
        {
            if (part.Holds(values))
            {
                return true;
            }
        }

        return false;
    }
}

internal sealed record Not(Condition Part) : Condition
{
    public override bool Holds(FieldValue[] values) => !Part.Holds(values);
}

internal sealed record Exists(int Field) : Condition
{
    public override bool Holds(FieldValue[] values) => values[Field].Kind != FieldKind.Missing;
}

internal sealed record Like(int Field, Wildcard Pattern) : Condition
{
    public override bool Holds(FieldValue[] values) => values[Field].Kind == FieldKind.String && Pattern.Matches(values[Field].Text);
}

/// <summary>Numbers are compared by value, strings by their characters' codes. What is missing is not even unequal; what is of another kind is only that.</summary>
internal sealed record Compare(int Field, Comparison Comparison, FieldValue Literal) : Condition
{
    public override bool Holds(FieldValue[] values)
    {
        var value = values[Field];
        if (value.Kind == FieldKind.Missing)
        {
            return false;
        }

        if (value.Kind != Literal.Kind || value.Kind == FieldKind.Container || Order(value) is not { } order)
        {
            return Comparison == Comparison.NotEqual;
        }

        return Comparison switch
        {
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Equal => order == 0,
            Comparison.NotEqual => order != 0,
            Comparison.GreaterOrEqual => order >= 0,
            _ => order > 0,
        };
    }

    private int? Order(FieldValue value) => value.Kind switch
    {
        FieldKind.Number => DecimalText.Compare(value.Json.Span, Literal.Json.Span),
        FieldKind.String => string.CompareOrdinal(value.Text, Literal.Text),
        _ => value.Json.Length - Literal.Json.Length is var longer ? -longer : 0, // true is more than false, and the shorter word
    };
}
