using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Roost.Gateway.Http;
using Roost.Gateway.Http.Access;
using Roost.Identity;
using Roost.Mqtt;

namespace Roost.Gateway.Messages;

/// <summary>
/// <c>/mqtt</c>: MQTT over WebSocket on the addresses of HTTP, for pages and programs. Over TLS it is who its request has shown to be, by a certificate, a token or a
/// presigned address; who has shown nothing has to give user name and password in its CONNECT.
/// </summary>
internal static class MqttEndpoint
{
    public static void MapMqtt(this WebApplication app, MqttBroker broker, CancellationToken stopping) =>
        app.MapGet("/mqtt", context => ServeAsync(context, broker, stopping));

    private static async Task ServeAsync(HttpContext context, MqttBroker broker, CancellationToken stopping)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            context.Response.Headers.Connection = "Upgrade";
            await context.RefuseAsync(StatusCodes.Status426UpgradeRequired, "MQTT is served over WebSocket here.");
            return;
        }

        if (MqttBroker.ChooseSubprotocol(context.WebSockets.WebSocketRequestedProtocols) is not { } subprotocol)
        {
            await context.RefuseAsync(StatusCodes.Status400BadRequest, "The WebSocket has to offer the subprotocol mqtt."); // [MQTT-6.0.0-3]
            return;
        }

        // No pings: MQTT has its own keep-alive, which also notices a client that hangs behind a live connection.
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { SubProtocol = subprotocol, KeepAliveInterval = TimeSpan.Zero });
        var remote = context.Connection.RemoteIpAddress is { } address ? new IPEndPoint(address, context.Connection.RemotePort) : null;
        var caller = context.Features.Get<HttpCaller>();
        await broker.ServeAsync(
            socket,
            new RelayedClient { Remote = remote, MayBeAnonymous = caller is { IsLocal: true }, IsEncrypted = context.Request.IsHttps, Authenticated = caller?.Principal is { } principal ? new RelayedPrincipal(principal, caller.EndingsBefore) : null },
            stopping);
    }
}
