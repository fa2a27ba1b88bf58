namespace Roost.Gateway.Doctor;

/// <summary>What was looked at, and how it is.</summary>
/// <param name="Found">As it is, for people.</param>
/// <param name="Remedy">What to do; null when there is nothing to be done.</param>
internal sealed record Finding(string Check, FindingState State, string Found, string? Remedy = null);
