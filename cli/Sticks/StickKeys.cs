using System.Security.Cryptography;

namespace Roost.Cli.Sticks;

/// <summary>Public keys of gateways, by the identifier that follows from each.</summary>
internal sealed class StickKeys : IDisposable
{
    private const string Begin = "-----BEGIN PUBLIC KEY-----";

    private readonly Dictionary<string, ECDsa> _keys = [];

    /// <param name="pem">One or more keys, one behind the other.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="StickException">It holds what is no such key.</exception>
    public int Add(string pem)
    {
        var before = _keys.Count;
        foreach (var part in pem.Split(Begin)[1..])
        {
            var key = ECDsa.Create();
            try
            {
                key.ImportFromPem(Begin + part);
                _keys[Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16]] = key;
            }
            catch (Exception exception) when (exception is ArgumentException or CryptographicException)
            {
                key.Dispose();
                throw new StickException("it is no public key of a gateway", exception);
            }
        }

        return _keys.Count - before;
    }

    /// <returns>Null: the gateway's key is not among these.</returns>
    public bool? Verify(string gateway, byte[] manifest, byte[] signature) => _keys.TryGetValue(gateway, out var key)
        ? key.VerifyData(manifest, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
        : null;

    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
    }
}
