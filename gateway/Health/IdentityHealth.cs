using Roost.Identity;

namespace Roost.Gateway.Health;

/// <summary>Says what is registered. Degraded by secrets and access keys that nobody can open, as after a restore without the key.</summary>
internal sealed class IdentityHealth(IIdentityCounts counts) : IHealthSource
{
    public RoomHealth Check()
    {
        var all = counts.Count();
        var note = string.Join(", ", Of(all.Things, "thing"), Of(all.Certificates, "active certificate"), Of(all.Users, "user"), Of(all.Tokens, "token"), Of(all.AccessKeys, "access key"), Of(all.Secrets, "secret"));
        return RoomHealth.Of("identity", all.Unreadable == 0 ? [] :
        [
            $"{all.Unreadable} of the secrets and access keys are sealed with a key that is not here. Stop the daemon, put identity/secrets.key of the gateway that they are from in its place, and start it; or set them anew: 'roost secret list' and 'roost key list' tell which.",
        ]) with { Note = note };
    }

    private static string Of(int count, string one) => FormattableString.Invariant($"{count} {one}{(count == 1 ? "" : "s")}");
}
