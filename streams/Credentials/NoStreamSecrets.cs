namespace Roost.Streams.Credentials;

/// <summary>For hosts that keep no secrets.</summary>
internal sealed class NoStreamSecrets : IStreamSecrets
{
    public string? Find(string name) => null;

    public bool Exists(string name) => false;
}
