using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Http;
using Roost.LocalLambda;
using Roost.Mqtt;

namespace Roost.Gateway.Retained;

/// <summary>GetRetainedMessage and ListRetainedMessages of the AWS IoT data plane.</summary>
internal static class AwsRetainedEndpoint
{
    private const string Path = "/retainedMessage";
    private const string Prefix = Path + "/";
    private const int LargestPage = 200; // AWS's

    public static void MapAwsRetained(this IEndpointRouteBuilder endpoints, MqttBroker broker)
    {
        endpoints.MapGet(Path, context => ListAsync(context, broker));
        endpoints.MapGet($"{Prefix}{{**topic}}", context => GetAsync(context, broker));
    }

    /// <summary>Those on topics that begin with $, too: ours keeps none of its own there.</summary>
    private static async Task ListAsync(HttpContext context, MqttBroker broker)
    {
        TopicName? after;
        int count;
        try
        {
            after = PageToken.Parse(context.Request.Query) is not { } last ? null
                : TopicName.TryParse(last, out var topic) ? topic
                : throw new FormatException("nextToken is not one that an answer gave.");
            count = PageToken.ParseCount(context.Request.Query, LargestPage, LargestPage);
        }
        catch (FormatException exception)
        {
            await context.RefuseAsAwsAsync(StatusCodes.Status400BadRequest, "InvalidRequestException", exception.Message);
            return;
        }

        var found = context.Features.Get<FunctionCaller>() is { } caller
            ? await FindAsync(broker, caller.Retained, after, count + 1)
            : await broker.FindRetainedAsync(filter: null, after, count + 1);
        var page = found.Take(count).ToList();
        await context.AnswerAsync(writer =>
        {
            writer.WriteStartArray("retainedTopics");
            foreach (var retained in page)
            {
                writer.WriteStartObject();
                writer.WriteString("topic", retained.Message.Topic.Value);
                writer.WriteNumber("payloadSize", retained.Message.Payload.Length);
                WriteCommon(writer, retained);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (found.Count > page.Count)
            {
                writer.WriteString("nextToken", PageToken.Encode(page[^1].Message.Topic.Value));
            }
        });
    }

    /// <summary>Those that a function may read: it does not learn even the topics of others.</summary>
    private static async Task<IReadOnlyList<RetainedMessage>> FindAsync(MqttBroker broker, IReadOnlyList<TopicFilter> filters, TopicName? after, int count)
    {
        var found = new SortedDictionary<string, RetainedMessage>(Comparer<string>.Create(static (one, other) =>
            Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other)))); // the broker's order
        foreach (var filter in filters)
        {
            foreach (var message in await broker.FindRetainedAsync(filter, after, count))
            {
                found[message.Message.Topic.Value] = message;
            }
        }

        return [.. found.Values.Take(count)];
    }

    private static async Task GetAsync(HttpContext context, MqttBroker broker)
    {
        if (!TopicName.TryParse(RawPath.NameBehind(context, Prefix), out var topic))
        {
            await context.RefuseAsAwsAsync(StatusCodes.Status400BadRequest, "InvalidRequestException", "The path holds no topic name.");
            return;
        }

        var found = await broker.FindRetainedAsync(TopicFilter.Parse(topic.Value), count: 1);
        if (found.Count == 0)
        {
            await context.RefuseAsAwsAsync(StatusCodes.Status404NotFound, "ResourceNotFoundException", $"There is no retained message on {topic}.");
            return;
        }

        await context.AnswerAsync(writer =>
        {
            var message = found[0].Message;
            writer.WriteString("topic", message.Topic.Value);
            writer.WriteBase64String("payload", message.Payload.Span);
            WriteCommon(writer, found[0]);
            if (message.Properties is { UserProperties: { Count: > 0 } pairs })
            {
                writer.WriteString("userProperties", EncodeUserProperties(pairs));
            }
        });
    }

    private static void WriteCommon(Utf8JsonWriter writer, RetainedMessage retained)
    {
        writer.WriteNumber("qos", (int)retained.Message.QualityOfService);
        writer.WriteNumber("lastModifiedTime", retained.RetainedAt.ToUnixTimeMilliseconds());
    }

    /// <summary>As a Publish gives them: base64 of <c>[{"name":"value"},...]</c>.</summary>
    private static string EncodeUserProperties(IReadOnlyList<UserProperty> properties)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartArray();
            foreach (var (name, value) in properties)
            {
                writer.WriteStartObject();
                writer.WriteString(name, value);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return Convert.ToBase64String(json.ToArray());
    }
}
