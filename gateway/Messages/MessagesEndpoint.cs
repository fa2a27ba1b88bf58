using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Http;
using Roost.Gateway.Http.Access;
using Roost.Mqtt;

namespace Roost.Gateway.Messages;

/// <summary>
/// <c>GET /api/v1/messages?filter=a/+/b&amp;filter=c/#</c>: matching messages as server-sent events, one JSON object each, until the
/// client leaves. A payload that is UTF-8 stands in <c>payload</c>, any other in <c>payloadBase64</c>.
/// </summary>
internal static class MessagesEndpoint
{
    private const int MaxFilters = 32;
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(15); // shorter than the idle limit of common proxies
    private static readonly JsonWriterOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void MapMessages(this IEndpointRouteBuilder endpoints, IMqttBroker broker, TimeProvider clock, CancellationToken stopping) =>
        endpoints.MapGet("/api/v1/messages", context => ListenAsync(context, broker, clock, stopping));

    private static async Task ListenAsync(HttpContext context, IMqttBroker broker, TimeProvider clock, CancellationToken stopping)
    {
        var texts = context.Request.Query["filter"];
        var filters = texts.Select(text => TopicFilter.TryParse(text, out var filter) ? filter : default).ToList();
        if (filters.Count is 0 or > MaxFilters || filters.Contains(default))
        {
            await context.RefuseAsync(StatusCodes.Status400BadRequest, $"Give 1 to {MaxFilters} topic filters, like ?filter=robots/%2B/telemetry.");
            return;
        }

        // A draining daemon does not wait for its listeners.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var feed = new MessageFeed(context.Features.GetRequiredFeature<HttpCaller>());
        var subscriptions = new List<IAsyncDisposable>();
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            foreach (var filter in filters)
            {
                subscriptions.Add(await broker.SubscribeAsync(filter, feed, ended.Token));
            }

            await context.Response.WriteAsync(": subscribed\n\n", ended.Token);
            await context.Response.Body.FlushAsync(ended.Token);
            await SendAsync(context.Response, feed, clock, ended.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has left, or the daemon stops: the ordinary ends of a listener.
        }
        finally
        {
            foreach (var subscription in subscriptions)
            {
                await subscription.DisposeAsync();
            }
        }
    }

    private static async Task SendAsync(HttpResponse response, MessageFeed feed, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (!await HasMessagesAsync(feed, clock, cancellationToken))
            {
                await response.WriteAsync(": still here\n\n", cancellationToken);
            }

            while (feed.TryRead(out var message))
            {
                await response.WriteAsync("data: ", cancellationToken);
                await WriteAsync(response, message!, cancellationToken);
                await response.WriteAsync("\n\n", cancellationToken);
            }

            if (feed.TakeDropped() is > 0 and var dropped)
            {
                await response.WriteAsync($"event: dropped\ndata: {{\"count\":{dropped}}}\n\n", cancellationToken);
            }

            await response.Body.FlushAsync(cancellationToken);
        }
    }

    private static async Task<bool> HasMessagesAsync(MessageFeed feed, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), quiet, _heartbeat, Timeout.InfiniteTimeSpan);
        try
        {
            await feed.WaitAsync(quiet.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static async Task WriteAsync(HttpResponse response, MqttMessage message, CancellationToken cancellationToken)
    {
        await using var writer = new Utf8JsonWriter(response.BodyWriter, _json);
        writer.WriteStartObject();
        writer.WriteString("topic", message.Topic.Value);
        writer.WriteNumber("qos", (int)message.QualityOfService);
        writer.WriteBoolean("retain", message.Retain);
        if (Utf8.IsValid(message.Payload.Span))
        {
            writer.WriteString("payload", message.Payload.Span);
        }
        else
        {
            writer.WriteBase64String("payloadBase64", message.Payload.Span);
        }

        WriteProperties(writer, message.Properties);
        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken);
    }

    private static void WriteProperties(Utf8JsonWriter writer, MqttMessageProperties? properties)
    {
        if (properties?.ContentType is { } contentType)
        {
            writer.WriteString("contentType", contentType);
        }

        if (properties?.ResponseTopic is { } responseTopic)
        {
            writer.WriteString("responseTopic", responseTopic.Value);
        }

        if (properties?.CorrelationData is { } correlation)
        {
            writer.WriteBase64String("correlationData", correlation.Span);
        }

        if (properties is { UserProperties.Count: > 0 })
        {
            writer.WriteStartArray("userProperties");
            foreach (var property in properties.UserProperties)
            {
                writer.WriteStartObject();
                writer.WriteString(property.Name, property.Value);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
    }
}
