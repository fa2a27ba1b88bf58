using Roost.Identity.Policies.Access;

namespace Roost.Identity.Policies.Documents;

/// <summary>One key of a statement's <c>Condition</c>. Immutable. Keys say what is known when a client connects, so that no message pays for them.</summary>
/// <param name="Quantifier">For a key with several values.</param>
/// <param name="IfExists">It also holds when the key has no value.</param>
internal sealed record PolicyCondition(ConditionOperator Operator, ConditionQuantifier Quantifier, bool IfExists, string Key, IReadOnlyList<TextTemplate> Values)
{
    /// <summary>As it was written, for people.</summary>
    public string Text => $"{Prefix}{Operator.Name}{(IfExists ? "IfExists" : "")} {Key} {string.Join(" or ", Values.Select(value => $"'{value.Text}'"))}";

    private string Prefix => Quantifier switch
    {
        ConditionQuantifier.AnyValue => "ForAnyValue:",
        ConditionQuantifier.AllValues => "ForAllValues:",
        _ => "",
    };

    /// <summary>
    /// As IAM has it, with one difference: what is not known never helps to allow anything. An Allow does not hold where the key has no value, also with a negated
    /// operator or <c>ForAllValues</c>, unless it says <c>IfExists</c> or <c>Null</c>; and where a variable in what it is compared with has none, an Allow does
    /// not hold and a Deny does.
    /// </summary>
    public bool Holds(PolicyVariables variables, bool isDeny)
    {
        var actual = variables.ValuesOf(Key);
        if (Operator.IsNumeric && actual.Any(value => !ConditionOperator.TryNumber(value, out _)))
        {
            actual = [];
        }

        if (Operator.Name == ConditionOperator.Null)
        {
            return Values.Any(value => (value.Text == "true") == (actual.Count == 0));
        }

        if (actual.Count == 0)
        {
            return IfExists || (isDeny && (Quantifier == ConditionQuantifier.AllValues || (Operator.IsNegated && Quantifier == ConditionQuantifier.One)));
        }

        var wanted = new List<string>();
        foreach (var value in Values)
        {
            var texts = value.Fill(variables, missing: null).ToList();
            if (texts.Count == 0 || (value.Constant is null && texts.Exists(text => Operator.Fault(text) is not null)))
            {
                return isDeny;
            }

            wanted.AddRange(texts);
        }

        return Quantifier == ConditionQuantifier.AllValues ? actual.All(IsMet) : actual.Any(IsMet);

        bool IsMet(string value) => wanted.Exists(text => Operator.Matches(value, text)) != Operator.IsNegated;
    }
}
