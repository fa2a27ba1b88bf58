using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Http;
using Roost.Mqtt;

namespace Roost.Gateway.Clients;

/// <summary>GetConnection, DeleteConnection and ListSubscriptions of the AWS IoT data plane.</summary>
internal static class AwsConnectionsEndpoint
{
    private const string Prefix = "/connections/";
    private const string Subscriptions = "/subscriptions";
    private const int MaxIdentifierLength = 128; // AWS's, as the two below
    private const int UsualPage = 20;
    private const int LargestPage = 200;

    public static void MapAwsConnections(this IEndpointRouteBuilder endpoints, MqttBroker broker)
    {
        // A client's identifier may hold slashes, so the last part is told from the raw path and not by routing.
        endpoints.MapGet($"{Prefix}{{**client}}", context => RawPath.NameBetween(context, Prefix, Subscriptions) is null
            ? AnswerAsync(context, suffix: "", client => GetAsync(context, broker, client))
            : AnswerAsync(context, Subscriptions, client => ListSubscriptionsAsync(context, broker, client)));
        endpoints.MapDelete($"{Prefix}{{**client}}", context => AnswerAsync(context, suffix: "", client => DeleteAsync(context, broker, client)));
    }

    private static async Task AnswerAsync(HttpContext context, string suffix, Func<string, Task> answer)
    {
        if (RawPath.NameBetween(context, Prefix, suffix) is not { Length: > 0 and <= MaxIdentifierLength } client || client[0] == '$')
        {
            await RefuseAsync(context, "A client identifier has 1 to 128 characters and does not begin with $.");
            return;
        }

        try
        {
            await answer(client);
        }
        catch (FormatException exception)
        {
            await RefuseAsync(context, exception.Message);
        }
    }

    private static async Task GetAsync(HttpContext context, MqttBroker broker, string client)
    {
        var withSocket = Flag(context.Request.Query, "includeSocketInformation");
        if (await broker.FindClientAsync(client) is not { Summary: var found })
        {
            await RefuseUnknownAsync(context, client);
            return;
        }

        await context.AnswerAsync(writer =>
        {
            writer.WriteBoolean("connected", found.Connection is not null);
            writer.WriteString("clientId", found.ClientIdentifier);
            writer.WriteBoolean("cleanSession", found.SessionExpiry == TimeSpan.Zero);
            writer.WriteNumber("sessionExpiry", (long)found.SessionExpiry.TotalSeconds);
            if (found.Since is { } since)
            {
                writer.WriteNumber(found.Connection is null ? "disconnectedSince" : "connectedSince", since.ToUnixTimeMilliseconds());
            }

            if (found.Connection is { } connection)
            {
                writer.WriteNumber("keepAliveDuration", (long)connection.KeepAlive.TotalSeconds);
                if (withSocket && IPEndPoint.TryParse(connection.RemoteEndPoint, out var remote))
                {
                    writer.WriteString("sourceIp", remote.Address.ToString());
                    writer.WriteNumber("sourcePort", remote.Port);
                }
            }
        });
    }

    private static async Task ListSubscriptionsAsync(HttpContext context, MqttBroker broker, string client)
    {
        var after = PageToken.Parse(context.Request.Query);
        var count = PageToken.ParseCount(context.Request.Query, UsualPage, LargestPage);
        if (await broker.FindClientAsync(client) is not { } found)
        {
            await RefuseUnknownAsync(context, client);
            return;
        }

        var left = found.Subscriptions.Where(subscription => string.CompareOrdinal(subscription.Filter, after) > 0).ToList(); // they are in this order
        await context.AnswerAsync(writer =>
        {
            writer.WriteStartArray("subscriptions");
            foreach (var subscription in left.Take(count))
            {
                writer.WriteStartObject();
                writer.WriteString("topicFilter", subscription.Filter);
                writer.WriteNumber("qos", (int)subscription.QualityOfService);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (left.Count > count)
            {
                writer.WriteString("nextToken", PageToken.Encode(left[count - 1].Filter));
            }
        });
    }

    private static async Task DeleteAsync(HttpContext context, MqttBroker broker, string client)
    {
        var (endSession, withoutWill) = (Flag(context.Request.Query, "cleanSession"), Flag(context.Request.Query, "preventWillMessage"));
        if (!await broker.DisconnectClientAsync(client, endSession, withoutWill))
        {
            await RefuseUnknownAsync(context, client); // or it is away, and has no connection to be closed
        }
    }

    /// <exception cref="FormatException">It is neither true nor false.</exception>
    private static bool Flag(IQueryCollection query, string name) => query[name].ToString() switch
    {
        "" => false,
        var text => bool.TryParse(text, out var value) ? value : throw new FormatException($"{name} is true or false, not '{text}'."),
    };

    private static Task RefuseAsync(HttpContext context, string message) =>
        context.RefuseAsAwsAsync(StatusCodes.Status400BadRequest, "InvalidRequestException", message);

    private static Task RefuseUnknownAsync(HttpContext context, string client) =>
        context.RefuseAsAwsAsync(StatusCodes.Status404NotFound, "ResourceNotFoundException", $"There is no connection of a client {client}.");
}
