namespace Roost.Identity;

/// <summary>A template that provisions nobody.</summary>
/// <param name="Found">What is wrong with it.</param>
/// <param name="Remedy">What to do.</param>
public sealed record ProvisioningTemplateFault(string Found, string Remedy);
