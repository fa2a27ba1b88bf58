namespace Roost.Identity;

public enum IdentityChangeKind
{
    /// <summary>A credential was revoked, deactivated, deleted or has expired, or the thing whose credentials they are was deleted: its connections end.</summary>
    CredentialEnded,

    /// <summary>A policy, its attachments, a thing's attributes or groups have changed: rights are compiled anew.</summary>
    RightsChanged,
}
