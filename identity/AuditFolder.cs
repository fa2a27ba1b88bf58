using System.Text.Json;
using Roost.Identity.Audit;

namespace Roost.Identity;

/// <summary>The audit of a daemon that does not run, or a copy of its folder.</summary>
public static class AuditFolder
{
    /// <summary>Reads the chain again, changes nothing, and writes the same document as <c>GET /api/v1/audit/verify</c>.</summary>
    /// <param name="publicKeyPem">A copy that was taken before: the one in the folder is as trustworthy as the folder.</param>
    /// <returns>Whether the chain is whole.</returns>
    /// <exception cref="InvalidDataException">This is no public key.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static async Task<bool> VerifyAsync(string folder, string publicKeyPem, long? from, long? to, TextWriter output)
    {
        using var key = AuditKey.Import(publicKeyPem);
        if (!Directory.Exists(AuditLog.SegmentsOf(folder)))
        {
            throw new InvalidDataException($"{folder} has no audit: name the folder 'audit' in the identity folder, or a copy of it.");
        }

        var verification = new AuditVerifier(folder, key).Verify(from, to, readableTo: null, CancellationToken.None);
        using var buffer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            AuditVerificationJson.Write(json, verification);
        }

        await output.WriteLineAsync(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
        return verification.Faults.Count == 0;
    }
}
