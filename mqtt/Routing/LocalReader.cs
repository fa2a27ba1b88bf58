namespace Roost.Mqtt.Routing;

/// <summary>A subscriber in this process. Each subscription is a reader of its own, even where handlers are the same object.</summary>
internal sealed class LocalReader(IMessageHandler handler)
{
    public IMessageHandler Handler { get; } = handler;
}
