using Roost.Identity;
using Roost.LocalLambda;

namespace Roost.Gateway.Health;

/// <summary>
/// Says what is registered. Degraded by secrets and access keys that nobody can open, as after a restore without the key, and by templates whose function is not there: nobody is
/// provisioned by them; and by keys that too many can read.
/// </summary>
internal sealed class IdentityHealth(IIdentityCounts counts, FunctionHost functions, IKeyFiles keys) : IHealthSource
{
    public RoomHealth Check()
    {
        var all = counts.Count();
        var note = string.Join(", ", Of(all.Things, "thing"), Of(all.Certificates, "active certificate"), Of(all.Users, "user"), Of(all.Tokens, "token"), Of(all.AccessKeys, "access key"), Of(all.Secrets, "secret"));
        return RoomHealth.Of("identity", Reasons(all)) with { Note = note };
    }

    private IEnumerable<string> Reasons(IdentityCounts all)
    {
        if (all.Unreadable > 0)
        {
            yield return $"{all.Unreadable} of the secrets and access keys are sealed with a key that is not here. Stop the daemon, put identity/secrets.key of the gateway that they are from in its place (the daemon's user's own, mode 600: sudo install -o roost -g roost -m 600), and start it; or set them anew: 'roost secret list' and 'roost key list' tell which.";
        }

        foreach (var key in keys.FindExposed())
        {
            yield return $"{key.Path} holds a key, and others than its owner can read it: {key.Remedy}";
        }

        if (all.Hooks.Count == 0)
        {
            yield break;
        }

        var known = functions.Functions.Select(static function => function.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (template, function) in all.Hooks.Where(hook => !known.Contains(hook.Value)))
        {
            yield return $"Template {template} asks function '{function}', which is not there, so that every device is refused: roost fn deploy DIR --name {function}";
        }
    }

    private static string Of(int count, string one) => FormattableString.Invariant($"{count} {one}{(count == 1 ? "" : "s")}");
}
