namespace Roost.Identity;

/// <summary>Something that clients who are here must feel at once.</summary>
/// <param name="Subject"><see cref="Principal.Id"/> or <see cref="Principal.Owner"/> of whom it concerns; null: everybody.</param>
public sealed record IdentityChange(IdentityChangeKind Kind, string? Subject);
