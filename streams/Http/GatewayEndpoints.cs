using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Streams.Signing;

namespace Roost.Streams.Http;

/// <summary>Who this gateway is: <c>GET /api/v1/gateway</c>, and its signature under what was exported: <c>POST /api/v1/gateway/manifest-signature</c>.</summary>
internal sealed class GatewayEndpoints(GatewayIdentity gateway)
{
    private const int MaxManifestBytes = 4 * 1024 * 1024;

    public Task GetAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var (id, key) = Run(() => (gateway.Id, gateway.PublicKeyPem()));
        await Answer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("publicKey", key);
            json.WriteEndObject();
        });
    });

    /// <summary>Signs nothing but manifests of its own: whoever may call this must not get a signature under anything.</summary>
    public Task SignAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        if (context.Request.ContentLength is null or > MaxManifestBytes)
        {
            throw new RequestRefusedException(StatusCodes.Status413PayloadTooLarge, $"A manifest has at most {MaxManifestBytes} bytes; export fewer files at once.");
        }

        var manifest = new byte[context.Request.ContentLength.Value];
        await context.Request.Body.ReadExactlyAsync(manifest, context.RequestAborted);
        var signature = Run(() => IsOwn(manifest)
            ? gateway.Sign(manifest)
            : throw RequestRefusedException.BadRequest("This is no manifest of an export of this gateway; nothing else is signed."));
        context.Response.ContentType = "application/octet-stream";
        await context.Response.Body.WriteAsync(signature, context.RequestAborted);
    });

    private bool IsOwn(byte[] manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            return json.RootElement.GetProperty("format").ValueEquals("roost-export") && json.RootElement.GetProperty("gateway").ValueEquals(gateway.Id);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static T Run<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (GatewayKeyException exception)
        {
            throw new RequestRefusedException(StatusCodes.Status503ServiceUnavailable, exception.Message);
        }
    }
}
