using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Roost.Cli.Sticks;

namespace Roost.Cli.Tests.Sticks;

/// <summary>Makes what lies on a stick, with a key of its own: also what no gateway would sign.</summary>
internal sealed class TestStick : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Gateway => Convert.ToHexStringLower(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()))[..16];

    public string PublicKey => _key.ExportSubjectPublicKeyInfoPem();

    public static string Lines(int first, int next) => string.Concat(Enumerable.Range(first, next - first).Select(offset =>
        $$"""{"stream":"far","offset":{{offset}},"timestamp":"2026-11-21T10:00:00Z","key":"k","data":"{{offset}}"}""" + "\n"));

    public static StickFile AddFile(string folder, int first, int next, string? lines = null)
    {
        Directory.CreateDirectory(folder);
        var name = string.Create(CultureInfo.InvariantCulture, $"far-f00d-{first:D20}-{next:D20}.ndjson.gz");
        return AddFile(folder, name, first, next, Encoding.UTF8.GetBytes(lines ?? Lines(first, next)));
    }

    public static StickFile AddFile(string folder, string name, int first, int next, byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var packing = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            packing.Write(plain);
        }

        File.WriteAllBytes(Path.Combine(folder, name), packed.ToArray());
        return new StickFile(name, "far", "f00d", first, next, next - first, packed.Length, plain.Length, Convert.ToHexStringLower(SHA256.HashData(packed.ToArray())));
    }

    public void Sign(string folder, params StickFile[] files) => SignRaw(folder, new StickManifest(Gateway, PublicKey, files).ToJson(DateTimeOffset.UnixEpoch));

    public void SignRaw(string folder, byte[] manifest)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "manifest.json"), manifest);
        File.WriteAllBytes(Path.Combine(folder, "manifest.sig"), _key.SignData(manifest, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    public void Dispose() => _key.Dispose();
}
