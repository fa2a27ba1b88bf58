namespace Roost.Identity.Provisioning;

/// <summary>A text in a template: written out, or made of parameters. Values that are put in are never looked into again.</summary>
internal abstract record TemplateExpression
{
    /// <summary>Longest text that may come of one, in characters.</summary>
    public const int MaxText = 4096;

    /// <summary>Whether it is written out in the template.</summary>
    public virtual bool IsLiteral => false;

    /// <exception cref="ProvisioningRefusedException">A parameter has no value, or the text is too long.</exception>
    public abstract TemplateValue Evaluate(IReadOnlyDictionary<string, TemplateValue> parameters);

    private static TemplateValue Joined(string separator, IEnumerable<TemplateValue> values)
    {
        var parts = values.ToList();
        var text = string.Join(separator, parts.Select(part => part.Text));
        return text.Length <= MaxText
            ? new TemplateValue(text, parts.TrueForAll(part => part.IsTrusted))
            : throw new ProvisioningRefusedException(ProvisioningFault.InvalidParameters, $"A text of the template gets longer than {MaxText} characters with these parameters.");
    }

    internal sealed record Literal(string Text) : TemplateExpression
    {
        public override bool IsLiteral => true;

        public override TemplateValue Evaluate(IReadOnlyDictionary<string, TemplateValue> parameters) => new(Text, IsTrusted: true);
    }

    /// <summary><c>{"Ref": "Name"}</c>.</summary>
    internal sealed record Reference(string Name) : TemplateExpression
    {
        public override TemplateValue Evaluate(IReadOnlyDictionary<string, TemplateValue> parameters) =>
            parameters.TryGetValue(Name, out var value) ? value
                : throw new ProvisioningRefusedException(ProvisioningFault.InvalidParameters, $"Parameter '{Name}' is missing.");
    }

    /// <summary><c>{"Fn::Join": ["-", [...]]}</c>, and <c>Fn::Sub</c>, whose parts are joined by nothing.</summary>
    internal sealed record Join(string Separator, IReadOnlyList<TemplateExpression> Parts) : TemplateExpression
    {
        public override TemplateValue Evaluate(IReadOnlyDictionary<string, TemplateValue> parameters) => Joined(Separator, Parts.Select(part => part.Evaluate(parameters)));
    }
}
