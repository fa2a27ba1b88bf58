using System.Buffers.Text;
using System.Text.Json;
using Roost.Cli.Commands;
using Roost.Cli.Output;
using Roost.Cli.Qr;

namespace Roost.Cli.Things;

/// <summary>
/// What an app needs to pair, as a QR code: <c>roost-pair:1?h=HOST&amp;p=PORT&amp;m=PORT&amp;c=CODE&amp;a=CA</c>, with the ports of HTTPS and of MQTT with TLS, and the SHA-256 of the
/// gateway's CA in base64url. See docs/logins.md.
/// </summary>
internal static class PairingCode
{
    public static async Task WriteAsync(CommandRun run, JsonElement pairing, GatewayAddress gateway)
    {
        await run.WriteLineAsync("");
        foreach (var line in QrText.Lines(QrCode.Encode(System.Text.Encoding.ASCII.GetBytes(TextOf(pairing, gateway))), run.Terminal.IsInteractive))
        {
            await run.WriteLineAsync(line);
        }
    }

    internal static string TextOf(JsonElement pairing, GatewayAddress gateway) => FormattableString.Invariant(
        $"roost-pair:1?h={Uri.EscapeDataString(gateway.Host)}&p={gateway.HttpsPortOrUsual}&m={gateway.PortOrUsual}&c={JsonText.Cell(pairing, "code")}&a={Base64Url.EncodeToString(Convert.FromHexString(JsonText.Cell(pairing, "authorityFingerprint")))}");
}
