using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Http;
using Roost.Mqtt;

namespace Roost.Gateway.Status;

/// <summary><c>GET /api/v1/clients</c> lists sessions, those of clients that are away included; <c>DELETE /api/v1/clients/{id}</c> closes a connection.</summary>
internal static class ClientsEndpoint
{
    public static void MapClients(this IEndpointRouteBuilder endpoints, MqttBroker broker)
    {
        endpoints.MapGet("/api/v1/clients", context => ListAsync(context, broker));
        endpoints.MapDelete("/api/v1/clients/{client}", context => DisconnectAsync(context, broker));
    }

    private static async Task ListAsync(HttpContext context, MqttBroker broker)
    {
        var clients = await broker.ListClientsAsync();
        await context.AnswerAsync(writer =>
        {
            writer.WriteStartArray("clients");
            foreach (var client in clients)
            {
                writer.WriteStartObject();
                writer.WriteString("id", client.ClientIdentifier);
                writer.WriteBoolean("connected", client.RemoteEndPoint is not null);
                writer.WriteString("address", client.RemoteEndPoint);
                writer.WriteNumber("queued", client.QueuedMessages);
                writer.WriteNumber("dropped", client.Drops.Total);
                writer.WriteDrops("drops", client.Drops);
                writer.WriteNumber("sessionExpirySeconds", (long)client.SessionExpiry.TotalSeconds);
                writer.WriteStartArray("subscriptions");
                foreach (var subscription in client.Subscriptions)
                {
                    writer.WriteStringValue(subscription);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static async Task DisconnectAsync(HttpContext context, MqttBroker broker)
    {
        var client = (string)context.Request.RouteValues["client"]!;
        if (await broker.DisconnectClientAsync(client))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await context.RefuseAsync(StatusCodes.Status404NotFound, $"No client {client} is connected.");
    }
}
