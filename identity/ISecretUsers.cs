namespace Roost.Identity;

/// <summary>Who would miss a secret. Implemented where functions and exports are known; several may be registered.</summary>
public interface ISecretUsers
{
    /// <returns>For people: <c>function on-bump</c>, <c>cloud.mqtt.password-secret</c>. Empty: nobody.</returns>
    IReadOnlyList<string> Of(string secret);
}
