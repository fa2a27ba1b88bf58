using System.Text.Json;

namespace Roost.Identity.Provisioning;

/// <summary>Reads texts with <c>Ref</c>, <c>Fn::Join</c> and <c>Fn::Sub</c>. Every name has to be a parameter of the template.</summary>
internal sealed class ExpressionParser(IReadOnlySet<string> parameters)
{
    /// <exception cref="ChangeRefusedException">It cannot be understood; the message names the place.</exception>
    public TemplateExpression Parse(JsonElement element, string place)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return new TemplateExpression.Literal(element.GetString()!);
        }

        if (element.ValueKind != JsonValueKind.Object || element.GetPropertyCount() != 1)
        {
            throw TemplateParser.Refuse(place, "has to be a text, or an object with one of Ref, Fn::Join and Fn::Sub");
        }

        var function = element.EnumerateObject().Single();
        var inside = $"{place}.{function.Name}";
        return function.Name switch
        {
            "Ref" => Reference(TemplateParser.Text(function.Value, inside), inside),
            "Fn::Join" => Join(function.Value, inside),
            "Fn::Sub" => Substitute(function.Value, inside),
            _ => throw TemplateParser.Refuse(inside, "is not known here; there are Ref, Fn::Join and Fn::Sub"),
        };
    }

    private TemplateExpression.Reference Reference(string name, string place) => parameters.Contains(name) || name == ProvisioningTemplate.CertificateId
        ? new TemplateExpression.Reference(name)
        : throw TemplateParser.Refuse(place, $"names '{name}', which is no parameter of the template");

    private TemplateExpression.Join Join(JsonElement value, string place)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 2 || value[1].ValueKind != JsonValueKind.Array)
        {
            throw TemplateParser.Refuse(place, "has to be a list of a separator and a list of texts");
        }

        return new TemplateExpression.Join(
            TemplateParser.Text(value[0], $"{place}[0]"), [.. value[1].EnumerateArray().Select((part, index) => Parse(part, $"{place}[1][{index}]"))]);
    }

    /// <summary><c>"text ${Name}"</c>, or a list of such a text and an object with names of its own. <c>${!x}</c> stands for <c>${x}</c>.</summary>
    private TemplateExpression.Join Substitute(JsonElement value, string place)
    {
        var own = new Dictionary<string, TemplateExpression>();
        var text = value;
        if (value.ValueKind == JsonValueKind.Array)
        {
            if (value.GetArrayLength() != 2)
            {
                throw TemplateParser.Refuse(place, "has to be a text, or a list of a text and an object");
            }

            text = value[0];
            own = TemplateParser.Properties(value[1], $"{place}[1]").ToDictionary(property => property.Name, property => Parse(property.Value, $"{place}[1].{property.Name}"));
        }

        return new TemplateExpression.Join("", [.. Split(TemplateParser.Text(text, place), own, place)]);
    }

    private IEnumerable<TemplateExpression> Split(string text, Dictionary<string, TemplateExpression> own, string place)
    {
        for (var at = 0; at < text.Length;)
        {
            var begin = text.IndexOf("${", at, StringComparison.Ordinal);
            if (begin < 0)
            {
                yield return new TemplateExpression.Literal(text[at..]);
                yield break;
            }

            var end = text.IndexOf('}', begin);
            if (end < 0)
            {
                throw TemplateParser.Refuse(place, "has a ${ without its }");
            }

            yield return new TemplateExpression.Literal(text[at..begin]);
            var name = text[(begin + 2)..end];
            yield return name.StartsWith('!') ? new TemplateExpression.Literal($"${{{name[1..]}}}")
                : own.TryGetValue(name, out var expression) ? expression
                : Reference(name, place);
            at = end + 1;
        }
    }
}
