using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Http;
using Roost.Mqtt;

namespace Roost.Gateway.Clients;

/// <summary>
/// <c>GET /api/v1/clients</c> lists clients, those that are away included; <c>GET /api/v1/clients/{id}</c> tells all of one;
/// <c>DELETE /api/v1/clients/{id}</c> closes its connection, and with <c>?session=true</c> ends its session.
/// </summary>
internal static class ClientsEndpoint
{
    private const string Path = "/api/v1/clients";
    private const string Prefix = Path + "/";
    private const int UsualPage = 100;
    private const int LargestPage = 1000;

    public static void MapClients(this IEndpointRouteBuilder endpoints, MqttBroker broker, TimeProvider clock)
    {
        endpoints.MapGet(Path, context => ListAsync(context, broker));
        endpoints.MapGet($"{Prefix}{{**client}}", context => ShowAsync(context, broker, clock));
        endpoints.MapDelete($"{Prefix}{{**client}}", context => DisconnectAsync(context, broker));
    }

    private static async Task ListAsync(HttpContext context, MqttBroker broker)
    {
        ClientQuery query;
        try
        {
            query = Parse(context.Request.Query);
        }
        catch (FormatException exception)
        {
            await context.RefuseAsync(StatusCodes.Status400BadRequest, exception.Message);
            return;
        }

        var clients = await broker.ListClientsAsync(query with { Count = query.Count + 1 }); // one more tells whether there is a next page
        var page = clients.Take(query.Count).ToList();
        await context.AnswerAsync(writer =>
        {
            writer.WriteStartArray("clients");
            foreach (var client in page)
            {
                writer.WriteStartObject();
                ClientJson.WriteSummary(writer, client);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("nextToken", clients.Count > page.Count ? PageToken.Encode(page[^1].ClientIdentifier) : null);
        });
    }

    private static ClientQuery Parse(IQueryCollection query) => new(
        query["prefix"].ToString(),
        PageToken.Parse(query),
        query["state"].ToString() switch
        {
            "" => null,
            "connected" => true,
            "away" => false,
            var other => throw new FormatException($"state is connected or away, not '{other}'."),
        },
        PageToken.ParseCount(query, UsualPage, LargestPage));

    private static async Task ShowAsync(HttpContext context, MqttBroker broker, TimeProvider clock)
    {
        var client = RawPath.NameBehind(context, Prefix);
        if (client is null || await broker.FindClientAsync(client) is not { } details)
        {
            await RefuseUnknownAsync(context, client);
            return;
        }

        await context.AnswerAsync(writer => ClientJson.WriteDetails(writer, details, clock.GetUtcNow()));
    }

    private static async Task DisconnectAsync(HttpContext context, MqttBroker broker)
    {
        var client = RawPath.NameBehind(context, Prefix);
        var endSession = context.Request.Query["session"].ToString();
        if (endSession is not ("" or "true" or "false"))
        {
            await context.RefuseAsync(StatusCodes.Status400BadRequest, $"session is true or false, not '{endSession}'.");
        }
        else if (client is not null && await broker.DisconnectClientAsync(client, endSession == "true"))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else if (client is not null && await broker.FindClientAsync(client) is not null)
        {
            await context.RefuseAsync(StatusCodes.Status409Conflict, $"Client {client} is away, its session is kept; ?session=true ends it.");
        }
        else
        {
            await RefuseUnknownAsync(context, client);
        }
    }

    private static Task RefuseUnknownAsync(HttpContext context, string? client) => context.RefuseAsync(
        StatusCodes.Status404NotFound, client is null ? "The path names no client." : $"There is no client {client}, neither connected nor with a session that is kept.");
}
