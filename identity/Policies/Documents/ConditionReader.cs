using System.Text.Json;

namespace Roost.Identity.Policies.Documents;

/// <summary>Reads a statement's <c>Condition</c>. One that is not understood is refused, never left out.</summary>
internal sealed class ConditionReader(List<PolicyFault> faults, string place, bool hasVariables)
{
    private const string AnyValue = "ForAnyValue:";
    private const string AllValues = "ForAllValues:";
    private const string IfExistsSuffix = "IfExists";

    private static readonly Dictionary<string, ConditionOperator> _operators = ConditionOperator.All.ToDictionary(one => one.Name, StringComparer.Ordinal);

    public IReadOnlyList<PolicyCondition> Read(JsonElement json)
    {
        var conditions = new List<PolicyCondition>();
        if (json.ValueKind != JsonValueKind.Object)
        {
            Add("", "it is no JSON object; write { \"StringEquals\": { ... } }");
            return conditions;
        }

        foreach (var group in json.EnumerateObject())
        {
            if (ReadOperator(group.Name) is not { } found)
            {
                continue;
            }

            if (group.Value.ValueKind != JsonValueKind.Object)
            {
                Add(group.Name, "it is no JSON object; write { \"KEY\": \"VALUE\" }");
                continue;
            }

            foreach (var member in group.Value.EnumerateObject())
            {
                if (ReadKey(group.Name, found, member) is { } condition)
                {
                    conditions.Add(condition);
                }
            }
        }

        if (conditions.Count > PolicyLimits.MostConditions)
        {
            Add("", $"there are {conditions.Count} keys; use at most {PolicyLimits.MostConditions}");
        }

        return conditions;
    }

    private (ConditionOperator Operator, ConditionQuantifier Quantifier, bool IfExists)? ReadOperator(string text)
    {
        var (name, quantifier) = text.StartsWith(AnyValue, StringComparison.Ordinal) ? (text[AnyValue.Length..], ConditionQuantifier.AnyValue)
            : text.StartsWith(AllValues, StringComparison.Ordinal) ? (text[AllValues.Length..], ConditionQuantifier.AllValues)
            : (text, ConditionQuantifier.One);
        var ifExists = name.EndsWith(IfExistsSuffix, StringComparison.Ordinal);
        name = ifExists ? name[..^IfExistsSuffix.Length] : name;
        if (!_operators.TryGetValue(name, out var found) || (found.Name == ConditionOperator.Null && (ifExists || quantifier != ConditionQuantifier.One)))
        {
            Add("", $"'{(text.Length <= 100 ? text : text[..100])}' is no operator of this gateway.{Nearest.Advice(name, _operators.Keys)}");
            return null;
        }

        return (found, quantifier, ifExists);
    }

    private PolicyCondition? ReadKey(string operatorText, (ConditionOperator Operator, ConditionQuantifier Quantifier, bool IfExists) found, JsonProperty member)
    {
        var at = $"{operatorText} {(member.Name.Length <= 100 ? member.Name : member.Name[..100])}";
        if (VariableName.Find(member.Name) is not { } key)
        {
            Add(at, $"there is no such key.{VariableName.Advice(member.Name)}");
            return null;
        }

        var fault = found.Operator.FaultOfKey(key);
        if (found.Operator.Name != ConditionOperator.Null && VariableName.IsSet(key) != (found.Quantifier != ConditionQuantifier.One))
        {
            fault ??= VariableName.IsSet(key) ? $"it may have several values; write {AnyValue}{found.Operator.Name}" : $"it has one value; write {found.Operator.Name}";
        }

        if (fault is not null)
        {
            Add(at, fault);
            return null;
        }

        var before = faults.Count;
        var values = JsonTexts.Of(member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number ? Quoted(member.Value) : member.Value, text => Add(at, text))
            .ConvertAll(text => ReadValue(at, found.Operator, text));
        return faults.Count == before ? new PolicyCondition(found.Operator, found.Quantifier, found.IfExists, key, values!) : null;
    }

    private TextTemplate? ReadValue(string at, ConditionOperator found, string text)
    {
        var template = TextTemplate.Read(text, found.HasWildcards, out var fault);
        if (template is null)
        {
            Add(at, fault);
        }
        else if (!hasVariables && text.Contains("${", StringComparison.Ordinal))
        {
            Add(at, $"'{text}' has a variable, which this Version does not know; use 2012-10-17");
        }
        else if (found.Name == ConditionOperator.Null && template.Constant is null)
        {
            Add(at, "use true or false");
        }
        else if (template.Constant is { } constant && found.Fault(constant.Code) is { } wrong)
        {
            Add(at, wrong);
        }

        return template;
    }

    /// <summary>AWS takes true, false and numbers without quotes too.</summary>
    private static JsonElement Quoted(JsonElement value) => JsonSerializer.SerializeToElement(value.GetRawText());

    private void Add(string at, string message)
    {
        if (faults.Count < PolicyLimits.MostFaults)
        {
            faults.Add(new PolicyFault(at.Length == 0 ? place : $"{place}, {at}", message));
        }
    }
}
