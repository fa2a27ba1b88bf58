namespace Roost.Identity;

/// <summary>Something that lets somebody in, or the gateway be trusted, until a day.</summary>
/// <param name="Kind">As in "the certificate".</param>
/// <param name="Name">A fingerprint or an identifier, never a secret; with the thing where there is one.</param>
/// <param name="Remedy">What to do, with the command.</param>
public sealed record ExpiringCredential(string Kind, string Name, DateTimeOffset EndsAt, string Remedy);
