using Roost.LocalLambda.DeadLetters;
using Roost.Mqtt;

namespace Roost.LocalLambda.Sources.Streams;

/// <summary>
/// Takes what is told of batches that are given up: a stream, a topic of the broker, another function, or, where none of them is asked for or takes
/// it, the function's dead letters.
/// </summary>
internal sealed class FailureDestination(IFunctionStreams? streams, IMqttBroker broker, IFunctionInvoker invoker, DeadLetterLog deadLetters, Metrics metrics)
{
    private const string TopicPrefix = "topic/";

    public static string ArnOfTopic(string topic) => $"arn:aws:iot:{FunctionArn.Region}:{FunctionArn.Account}:{TopicPrefix}{topic}";

    /// <returns>False for what is neither a Kinesis stream's, nor an IoT topic's, nor a Lambda function's ARN.</returns>
    public static bool IsDestination(string arn) => StreamArn.TryParse(arn, out _) || TryParseTopic(arn, out _) || (FunctionArn.TryParse(arn, out _) && arn.StartsWith("arn:", StringComparison.Ordinal));

    /// <summary>Completes when it is durable.</summary>
    /// <param name="destination">Null for the dead letters.</param>
    /// <returns>Null, or why the destination did not take it; then it is in the dead letters.</returns>
    public async Task<string?> SendAsync(string? destination, string function, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        string? refusal = null;
        if (destination is not null)
        {
            try
            {
                await SendAsync(destination, record, cancellationToken);
                return null;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                refusal = exception.Message;
            }
        }

        metrics.DeadLettered(function);
        await deadLetters.AddAsync(function, record);
        return refusal;
    }

    private async Task SendAsync(string destination, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        if (StreamArn.TryParse(destination, out var name))
        {
            var stream = streams is not null && streams.TryOpen(name, out var found) ? found : throw new InvalidOperationException($"there is no stream {name}");
            await stream.AppendAsync("", record, cancellationToken);
        }
        else if (TryParseTopic(destination, out var topic))
        {
            await broker.PublishAsync(new MqttMessage { Topic = topic, Payload = record, QualityOfService = QualityOfService.AtLeastOnce }, cancellationToken);
        }
        else if (FunctionArn.TryParse(destination, out var arn))
        {
            await invoker.EnqueueAsync(arn.Name, record.Span, InvocationContext.Default with { Qualifier = arn.Qualifier }, cancellationToken);
        }
    }

    private static bool TryParseTopic(string arn, out TopicName topic)
    {
        topic = default;
        return arn.Split(':', 6) is ["arn", _, "iot", _, _, { } resource] && resource.StartsWith(TopicPrefix, StringComparison.Ordinal)
            && TopicName.TryParse(resource[TopicPrefix.Length..], out topic);
    }
}
