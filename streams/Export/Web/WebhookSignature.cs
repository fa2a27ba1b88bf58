using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Roost.Streams.Export.Web;

/// <summary>Signs requests as the Standard Webhooks specification has it, version 1: so receivers have libraries for it in every language.</summary>
internal static class WebhookSignature
{
    /// <param name="key">Both sides know it.</param>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="time">The header <c>webhook-timestamp</c>; receivers refuse one that is some minutes off.</param>
    /// <param name="body">As it goes over the wire, so packed where it is packed.</param>
    /// <returns>The header <c>webhook-signature</c>: <c>v1,</c> and the base64 of HMAC-SHA256 over <c>id.time.body</c>.</returns>
    public static string Of(byte[] key, string id, long time, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{time}.")));
        hash.AppendData(body);
        return $"v1,{Convert.ToBase64String(hash.GetHashAndReset())}";
    }
}
