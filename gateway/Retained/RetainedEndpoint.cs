using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Http;
using Roost.Mqtt;

namespace Roost.Gateway.Retained;

/// <summary>
/// <c>GET /api/v1/retained?filter=</c> lists retained messages; <c>DELETE /api/v1/retained?filter=</c> and
/// <c>DELETE /api/v1/retained/{topic}</c> take them away, which is durable when it is answered.
/// </summary>
internal static class RetainedEndpoint
{
    private const string Path = "/api/v1/retained";
    private const string Prefix = Path + "/";
    private const int UsualPage = 100;
    private const int LargestPage = 1000;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void MapRetained(this IEndpointRouteBuilder endpoints, MqttBroker broker)
    {
        endpoints.MapGet(Path, context => ListAsync(context, broker));
        endpoints.MapGet($"{Prefix}{{**topic}}", context => ShowAsync(context, broker));
        endpoints.MapDelete(Path, context => ClearAsync(context, broker));
        endpoints.MapDelete($"{Prefix}{{**topic}}", context => ClearOneAsync(context, broker));
    }

    private static async Task ListAsync(HttpContext context, MqttBroker broker)
    {
        TopicFilter? filter;
        TopicName? after;
        int count;
        try
        {
            filter = context.Request.Query["filter"].ToString() is { Length: > 0 } text ? TopicFilter.Parse(text) : null;
            after = PageToken.Parse(context.Request.Query) is { } last ? TopicName.Parse(last) : null;
            count = PageToken.ParseCount(context.Request.Query, UsualPage, LargestPage);
        }
        catch (FormatException exception)
        {
            await context.RefuseAsync(StatusCodes.Status400BadRequest, exception.Message);
            return;
        }

        var found = await broker.FindRetainedAsync(filter, after, count + 1);
        var page = found.Take(count).ToList();
        await context.AnswerAsync(writer =>
        {
            writer.WriteStartArray("retained");
            foreach (var retained in page)
            {
                writer.WriteStartObject();
                WriteSummary(writer, retained);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("nextToken", found.Count > page.Count ? PageToken.Encode(page[^1].Message.Topic.Value) : null);
        });
    }

    private static async Task ShowAsync(HttpContext context, MqttBroker broker)
    {
        if (!TopicName.TryParse(RawPath.NameBehind(context, Prefix), out var topic))
        {
            await context.RefuseAsync(StatusCodes.Status400BadRequest, "The path holds no topic name.");
            return;
        }

        var found = await broker.FindRetainedAsync(TopicFilter.Parse(topic.Value), count: 1);
        if (found.Count == 0)
        {
            await RefuseUnknownAsync(context, topic);
            return;
        }

        await context.AnswerAsync(writer =>
        {
            WriteSummary(writer, found[0]);
            WritePayload(writer, found[0].Message);
        });
    }

    private static async Task ClearAsync(HttpContext context, MqttBroker broker)
    {
        var text = context.Request.Query["filter"].ToString();
        if (!TopicFilter.TryParse(text, out var filter))
        {
            // Without one, everything would go by a slip.
            await context.RefuseAsync(StatusCodes.Status400BadRequest, text.Length == 0 ? "filter is missing; # means all." : $"'{text}' is not a topic filter.");
            return;
        }

        var removed = await RemoveAsync(context, broker, filter);
        if (removed is not null)
        {
            await context.AnswerAsync(writer => writer.WriteNumber("removed", removed.Value));
        }
    }

    private static async Task ClearOneAsync(HttpContext context, MqttBroker broker)
    {
        if (!TopicName.TryParse(RawPath.NameBehind(context, Prefix), out var topic))
        {
            await context.RefuseAsync(StatusCodes.Status400BadRequest, "The path holds no topic name.");
            return;
        }

        switch (await RemoveAsync(context, broker, TopicFilter.Parse(topic.Value)))
        {
            case 0:
                await RefuseUnknownAsync(context, topic);
                break;
            case > 0:
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
        }
    }

    /// <returns>Null: refused, and answered.</returns>
    private static async Task<int?> RemoveAsync(HttpContext context, MqttBroker broker, TopicFilter filter)
    {
        try
        {
            return await broker.RemoveRetainedAsync(filter, context.RequestAborted);
        }
        catch (MqttPublishRefusedException exception)
        {
            await context.RefuseAsync(StatusCodes.Status503ServiceUnavailable, exception.Message);
            return null;
        }
    }

    private static Task RefuseUnknownAsync(HttpContext context, TopicName topic) =>
        context.RefuseAsync(StatusCodes.Status404NotFound, $"There is no retained message on {topic}.");

    private static void WriteSummary(Utf8JsonWriter writer, RetainedMessage retained)
    {
        var message = retained.Message;
        writer.WriteString("topic", message.Topic.Value);
        writer.WriteNumber("bytes", message.Payload.Length);
        writer.WriteNumber("qos", (int)message.QualityOfService);
        writer.WriteTime("retainedAt", retained.RetainedAt);
        if (message.Properties?.MessageExpiryInterval is { } left)
        {
            writer.WriteNumber("expiresInSeconds", (long)left.TotalSeconds);
        }
    }

    /// <summary>Text as <c>payload</c>; what is no UTF-8 as <c>payloadBase64</c>.</summary>
    private static void WritePayload(Utf8JsonWriter writer, MqttMessage message)
    {
        try
        {
            writer.WriteString("payload", _strict.GetString(message.Payload.Span));
        }
        catch (DecoderFallbackException)
        {
            writer.WriteBase64String("payloadBase64", message.Payload.Span);
        }

        if (message.Properties is not { } properties)
        {
            return;
        }

        writer.WriteString("contentType", properties.ContentType);
        writer.WriteStartArray("userProperties");
        foreach (var (name, value) in properties.UserProperties)
        {
            writer.WriteStartObject();
            writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
