using System.Collections.Concurrent;

namespace Roost.Streams.Tests.Credentials;

/// <summary>Secrets in memory, as the gateway hands them to the room. One without a value is sealed with a key that is not here.</summary>
internal sealed class KeptSecrets : IStreamSecrets
{
    private readonly ConcurrentDictionary<string, string?> _secrets = new(StringComparer.Ordinal);

    public string? this[string name]
    {
        set => _secrets[name] = value;
    }

    public void Remove(string name) => _secrets.TryRemove(name, out _);

    public string? Find(string name) => _secrets.GetValueOrDefault(name);

    public bool Exists(string name) => _secrets.ContainsKey(name);
}
