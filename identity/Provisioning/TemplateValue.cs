namespace Roost.Identity.Provisioning;

/// <summary>A text of a template, and whose word it is.</summary>
/// <param name="IsTrusted">Neither it nor any part of it comes from the device: the operator, the gateway or the hook has said it.</param>
internal readonly record struct TemplateValue(string Text, bool IsTrusted);
