using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Roost.Cli.Commands;
using Roost.Cli.Output;
using Roost.Cli.Qr;

namespace Roost.Cli.Things;

/// <summary>
/// What an app needs to connect as a thing, as a QR code: <c>roost:1?h=HOST&amp;p=PORT&amp;t=THING&amp;c=CERTIFICATE&amp;k=KEY&amp;a=CA</c>, where certificate (X.509) and key (PKCS #8) are DER
/// in base64url, and the CA is the SHA-256 of its certificate in base64url. See docs/things.md.
/// </summary>
internal static class ConnectionCode
{
    public static async Task WriteAsync(CommandRun run, string thing, JsonElement certificate, string key, GatewayAddress gateway)
    {
        await run.WriteLineAsync("\nThe code holds the private key: who photographs it is this thing, until 'roost cert revoke'.");
        foreach (var line in QrText.Lines(QrCode.Encode(Encoding.ASCII.GetBytes(TextOf(thing, certificate, key, gateway))), run.Terminal.IsInteractive))
        {
            await run.WriteLineAsync(line);
        }
    }

    internal static string TextOf(string thing, JsonElement certificate, string key, GatewayAddress gateway) =>
        $"roost:1?h={gateway.Host}&p={gateway.PortOrUsual}&t={thing}&c={Base64Url.EncodeToString(Der(JsonText.Cell(certificate, "pem")))}"
        + $"&k={Base64Url.EncodeToString(Der(key))}&a={Base64Url.EncodeToString(SHA256.HashData(Der(JsonText.Cell(certificate, "authority"))))}";

    /// <summary>Of the first block.</summary>
    private static byte[] Der(string pem) => PemEncoding.TryFind(pem, out var fields) ? Convert.FromBase64String(pem[fields.Base64Data]) : [];
}
