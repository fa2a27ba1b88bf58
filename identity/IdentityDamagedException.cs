namespace Roost.Identity;

/// <summary>Something that identity is built on is damaged or gone, and nothing takes its place by itself. The message names the file and the remedy.</summary>
public sealed class IdentityDamagedException(string message) : Exception(message);
