using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Identity.Http;

namespace Roost.Identity.Logins;

/// <summary><c>/api/v1/pairings</c>. To redeem a code needs no other credential.</summary>
internal sealed class PairingEndpoints(Pairings pairings, IGuessingGuard guard, IAuditTrail audit)
{
    private const long ShortestSeconds = 60;
    private const long LongestSeconds = 10L * 366 * 24 * 3600;

    /// <summary><c>GET /api/v1/pairings</c>: those that are awaited, without their codes.</summary>
    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () => IdentityAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("pairings");
        foreach (var pairing in pairings.List())
        {
            json.WriteStartObject();
            Write(json, pairing);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }));

    /// <summary><c>POST /api/v1/pairings</c>: the only answer that has the code.</summary>
    public Task BeginAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "name", "policies", "expiresInSeconds");
        var lasts = request.Number("expiresInSeconds", ShortestSeconds, LongestSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        var (pairing, code) = await pairings.BeginAsync(request.Text("name") ?? "app", request.Texts("policies"), lasts, RequestIdentity.Of(context));
        context.Response.StatusCode = StatusCodes.Status201Created;
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            Write(json, pairing);
            json.WriteString("authorityFingerprint", Convert.ToHexStringLower(pairings.AuthorityFingerprint()));
            json.WriteEndObject();
        });
    });

    /// <summary><c>DELETE .../{id}</c>: the code is no longer taken.</summary>
    public Task CancelAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        await pairings.CancelAsync((string)context.Request.RouteValues["id"]!, RequestIdentity.Of(context));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    /// <summary><c>POST .../redeem</c>.</summary>
    public Task RedeemAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var source = context.Connection.RemoteIpAddress;
        var claimed = $"pairing/{(source is null ? "local" : GuessingSource.Network(source))}"; // of each address its own: one name for all would lock all out with it
        if (guard.LockedFor(claimed, source) is var locked && locked > TimeSpan.Zero)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(locked.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "Too many wrong codes came from there. Wait, and try again.");
            return;
        }

        using var request = await JsonRequest.ReadAsync(context, "nonce", "proof");
        var (nonce, proof) = (Bytes(request, "nonce"), Bytes(request, "proof"));
        if (pairings.TryTake(nonce, proof, source) is not { } pairing)
        {
            guard.Failed(claimed, source);
            audit.Note(RequestIdentity.Of(context).Entry("deny.pair", resource: null) with { Principal = null, Reason = "No app is awaited with such a proof." });
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "The code is wrong, was used, or its time is over; or somebody stands between this app and the gateway. Ask for a new code.");
            return;
        }

        var by = new ChangedBy($"pairing/{pairing.Id}", RequestIdentity.Of(context).Source);
        var made = await pairings.CreateTokenAsync(pairing, by, CancellationToken.None);
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("token", made.Text);
            json.WriteString("principal", made.Record.PrincipalId);
            if (made.Record.ExpiresAt is { } end)
            {
                json.WriteString("expiresAt", end);
            }

            json.WriteString("authority", pairings.AuthorityPem);
            json.WriteBase64String("proof", PairingProof.OfGateway(pairing.Key, nonce, made.Text, pairings.AuthorityFingerprint()));
            json.WriteEndObject();
        });
    });

    private static byte[] Bytes(JsonRequest request, string name)
    {
        var bytes = new byte[PairingProof.NonceBytes + 3]; // a nonce and an HMAC-SHA-256 are of one size; as base64 fills it
        return Convert.TryFromBase64String(request.NeededText(name), bytes, out var length) && length == PairingProof.NonceBytes ? bytes[..length]
            : throw new ChangeRefusedException(ChangeFault.Invalid, $"'{name}' is not {PairingProof.NonceBytes} bytes in base64.");
    }

    private static void Write(Utf8JsonWriter json, Pairing pairing)
    {
        json.WriteString("id", pairing.Id);
        json.WriteString("name", pairing.Label);
        json.WriteString("endsAt", pairing.EndsAt);
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("message", message);
            json.WriteEndObject();
        });
    }
}
