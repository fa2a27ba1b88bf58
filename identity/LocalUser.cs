namespace Roost.Identity;

/// <summary>Feature of a connection over the unix socket: whose process it is, by the kernel's word.</summary>
/// <param name="Id">The numeric user.</param>
public sealed record LocalUser(uint Id);
