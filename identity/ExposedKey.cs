namespace Roost.Identity;

/// <param name="Path">In full.</param>
/// <param name="Remedy">Commands for root.</param>
public sealed record ExposedKey(string Path, string Remedy);
