namespace Roost.Identity;

/// <summary>Knows the policies and what they are attached to. Any thread may call.</summary>
public interface IPolicyAuthority
{
    /// <summary>
    /// Compiles what a principal may do on one connection, by the policies of this moment. Ask again when <see cref="IdentityChanges"/> tells that
    /// rights have changed.
    /// </summary>
    IAccessRights RightsOf(Principal principal, ConnectionFacts facts);
}
