using Roost.Mqtt;

namespace Roost.Gateway.Routing;

/// <summary>Makes each message a record of a stream; the publisher's acknowledgement waits for the append.</summary>
internal sealed class StreamRoute(int number, TopicFilter from, string stream, IMessageHandler sink, ILogger logger, TimeProvider clock)
    : Route(number, from, $"stream {stream}", logger, clock)
{
    protected override ValueTask Pass(in PublishedMessage message) => sink.Handle(in message);
}
