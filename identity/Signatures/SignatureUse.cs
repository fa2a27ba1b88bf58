namespace Roost.Identity.Signatures;

internal enum SignatureUse
{
    Allowed,

    /// <summary>It was used before, too long ago or by somebody else.</summary>
    Repeated,

    /// <summary>Whether it was used before could not be remembered.</summary>
    NoRoom,
}
