namespace Roost.Gateway.Http.Tls;

/// <summary>A server's certificate or key cannot be used.</summary>
/// <param name="key">The property of <see cref="HttpTlsOptions"/> that is at fault.</param>
/// <param name="problem">With its remedy; follows the key in a sentence.</param>
internal sealed class ServerIdentityException(string key, string problem) : Exception(problem)
{
    public string Key { get; } = key;
}
