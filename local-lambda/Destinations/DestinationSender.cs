using Roost.LocalLambda.Queue;
using Roost.Mqtt;

namespace Roost.LocalLambda.Destinations;

/// <summary>Brings records to functions, streams and topics.</summary>
internal sealed class DestinationSender(IFunctionInvoker invoker, IMqttBroker broker, IFunctionStreams? streams)
{
    /// <summary>Destinations that an event may pass, one after the other: a function that is its own destination would otherwise run for ever.</summary>
    public const int MaxHops = 16;

    /// <summary>Completes when the destination has it as durably as it keeps anything.</summary>
    /// <param name="function">On whose behalf.</param>
    /// <param name="arn">See <see cref="Destination"/>.</param>
    /// <param name="hops">Destinations that the event has passed before.</param>
    /// <returns>Null when it has.</returns>
    public async Task<DestinationRefusal?> SendAsync(string function, string arn, ReadOnlyMemory<byte> record, int hops)
    {
        if (!Destination.TryParse(arn, out var destination))
        {
            return new DestinationRefusal($"'{arn}' is no destination; {Destination.Rule}", IsFinal: true);
        }

        if (hops >= MaxHops)
        {
            return new DestinationRefusal($"the event has passed {hops} destinations one after the other, which looks like a circle", IsFinal: true);
        }

        try
        {
            await SendAsync(function, destination, record, hops + 1);
            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Full, stopping, not there yet, a broken disk: whatever it is may pass, and the caller's patience has a bound.
            return new DestinationRefusal(exception.Message);
        }
    }

    private async Task SendAsync(string function, Destination destination, ReadOnlyMemory<byte> record, int hops)
    {
        switch (destination.Kind)
        {
            case DestinationKind.Function:
                await invoker.EnqueueAsync(destination.Name, record.Span, new InvocationContext { Qualifier = destination.Qualifier, Hops = hops });
                break;
            case DestinationKind.Stream:
                if (streams is null || !streams.TryOpen(destination.Name, out var stream))
                {
                    throw new InvalidOperationException($"there is no stream '{destination.Name}'; add it under 'streams' in the configuration");
                }

                await stream.AppendAsync(function, record, CancellationToken.None);
                break;
            default:
                await broker.PublishAsync(new MqttMessage
                {
                    Topic = TopicName.Parse(destination.Name),
                    Payload = record,
                    QualityOfService = QualityOfService.AtLeastOnce,
                    Properties = new MqttMessageProperties { ContentType = "application/json", UserProperties = [new UserProperty(QueuedInvocation.HopsProperty, $"{hops}")] },
                });
                break;
        }
    }
}
