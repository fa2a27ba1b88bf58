namespace Roost.Identity;

/// <summary>What a signature is checked with. It has no text form, so that no secret gets into a log.</summary>
/// <param name="principal">Whose requests are signed with it.</param>
/// <param name="secretAccessKey">As AWS SDKs are configured with it.</param>
/// <param name="isActive">False: signatures are refused until it is activated again.</param>
public sealed class AccessKeySecret(Principal principal, string secretAccessKey, bool isActive)
{
    public Principal Principal { get; } = principal;

    public string SecretAccessKey { get; } = secretAccessKey;

    public bool IsActive { get; } = isActive;
}
