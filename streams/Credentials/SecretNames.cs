using System.Buffers;
using Microsoft.Extensions.Options;

namespace Roost.Streams.Credentials;

/// <summary>Names of secrets in the configuration, and how what they name is had.</summary>
internal static class SecretNames
{
    private const int LongestName = 128;

    private static readonly SearchValues<char> s_inNames = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <param name="secrets">Where it is.</param>
    /// <param name="key">Of the configuration, for people.</param>
    /// <param name="name">What stands there.</param>
    /// <exception cref="SecretUnavailableException">It is not there, or sealed with a key that is not.</exception>
    public static string Get(this IStreamSecrets secrets, string key, string name) =>
        secrets.Find(name) ?? throw new SecretUnavailableException(FaultOf(secrets, key, name)!);

    /// <returns>Null: it can be had.</returns>
    public static string? FaultOf(IStreamSecrets secrets, string key, string name) =>
        secrets.Find(name) is not null ? null
        : secrets.Exists(name) ? $"{key}: secret '{name}' is sealed with a key that is not here. Restore that key, or set it anew: roost secret set {name}"
        : $"{key}: secret '{name}' is not there: roost secret set {name}";

    /// <summary>What stands there may be the secret itself, by mistake: it is in no message.</summary>
    public static void Validate(ValidateOptionsResultBuilder faults, string key, string? name)
    {
        if (name is not null && (name.Length is 0 or > LongestName || name.AsSpan().ContainsAnyExcept(s_inNames)))
        {
            faults.AddError($"{key} is no name of a secret; use that of one made with `roost secret set NAME`: 1 to {LongestName} of the letters a-z and A-Z, the digits, and . _ -");
        }
    }

    /// <param name="faults">Collects them.</param>
    /// <param name="key">Of the secret's name.</param>
    /// <param name="name">The secret's name; null: none is given.</param>
    /// <param name="others">What else of the same meaning may be given: the keys, and whether they are.</param>
    public static void ValidateAlone(ValidateOptionsResultBuilder faults, string key, string? name, params ReadOnlySpan<(string Key, bool IsSet)> others)
    {
        Validate(faults, key, name);
        foreach (var (other, isSet) in others)
        {
            if (name is not null && isSet)
            {
                faults.AddError($"{key} is set and so is {other}; use one of them.");
            }
        }
    }
}
