using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Http;
using Roost.Gateway.Http.Access;
using Roost.Gateway.Routing;
using Roost.LocalLambda;
using Roost.Mqtt;

namespace Roost.Gateway.Messages;

/// <summary><c>POST /topics/{topic}</c>: Publish of the AWS IoT data plane. Answered when the broker has acknowledged the message.</summary>
internal static class PublishEndpoint
{
    private const string Prefix = "/topics/";

    /// <param name="maxPacketBytes">A message that no MQTT client could send is refused here too: none could receive it.</param>
    public static void MapPublish(this IEndpointRouteBuilder endpoints, IMqttBroker broker, int maxPacketBytes) =>
        endpoints.MapPost($"{Prefix}{{**topic}}", context => PublishAsync(context, broker, maxPacketBytes));

    private static async Task PublishAsync(HttpContext context, IMqttBroker broker, int maxPacketBytes)
    {
        if (!TopicName.TryParse(RawPath.NameBehind(context, Prefix), out var topic))
        {
            await context.RefuseAsAwsAsync(StatusCodes.Status400BadRequest, "InvalidRequestException", "The path holds no topic name.");
            return;
        }

        if (ReservedTopics.Contains(topic))
        {
            await context.RefuseAsAwsAsync(StatusCodes.Status403Forbidden, "ForbiddenException", $"On {topic} only the gateway itself publishes.");
            return;
        }

        try
        {
            var caller = context.Features.Get<FunctionCaller>();
            var request = PublishRequest.Parse(context.Request.Query, context.Request.Headers, topic => MayPublish(context, topic));
            if (await ReadBodyAsync(context, maxPacketBytes) is not { } payload || request.PacketBytes(topic, payload.Length) > maxPacketBytes)
            {
                await context.RefuseAsAwsAsync(StatusCodes.Status413PayloadTooLarge, "RequestEntityTooLargeException", $"The message is larger than {maxPacketBytes} bytes (mqtt.limits.max-packet).");
                return;
            }

            await broker.PublishAsync(
                new MqttMessage
                {
                    Topic = topic,
                    Payload = payload,
                    QualityOfService = request.QualityOfService,
                    Retain = request.Retain,
                    Properties = RouteTrace.Replace(request.Properties, caller?.Routes), // only the daemon's own word counts
                    OnBehalfOf = caller?.Publisher,
                },
                context.RequestAborted);
            await context.AnswerAsync(writer => writer.WriteString("message", "OK"));
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            await context.RefuseAsAwsAsync(StatusCodes.Status400BadRequest, "InvalidRequestException", exception.Message);
        }
        catch (MqttPublishRefusedException exception)
        {
            // Nothing was acknowledged, so that the SDK's own retry is right.
            await context.RefuseAsAwsAsync(StatusCodes.Status503ServiceUnavailable, "ServiceUnavailableException", exception.Message);
        }
    }

    /// <summary>A function's own grants have been asked by then; a pipeline without callers is the one of functions.</summary>
    private static bool MayPublish(HttpContext context, TopicName topic) =>
        !ReservedTopics.Contains(topic) && (context.Features.Get<HttpCaller>() is { } caller ? caller.May("iot:Publish", $"topic/{topic}") : context.Features.Get<FunctionCaller>() is not null);

    /// <summary>The broker may hold the message after this request: its payload is an array of its own, copied here once.</summary>
    /// <returns>Null when it is larger than <paramref name="limit"/>; the rest is not read.</returns>
    private static async Task<byte[]?> ReadBodyAsync(HttpContext context, int limit)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            if (result.Buffer.Length > limit)
            {
                reader.AdvanceTo(result.Buffer.End);
                context.Response.Headers.Connection = "close";
                return null;
            }

            if (result.IsCompleted)
            {
                var body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
