using Roost.Mqtt;

namespace Roost.LocalLambda.Sources.Announcements;

/// <summary>Calls one function with what the daemon itself announces on its reserved topics. A client that publishes there calls nothing.</summary>
internal sealed class AnnouncementSource(string function, AnnouncementTrigger trigger, IMqttBroker broker, IFunctionInvoker invoker, Metrics metrics) : IEventSource, IMessageHandler
{
    private readonly List<IAsyncDisposable> _subscriptions = [];

    public async Task StartAsync()
    {
        foreach (var filter in trigger.Filters)
        {
            _subscriptions.Add(await broker.SubscribeAsync(TopicFilter.Parse(filter), this));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions)
        {
            await subscription.DisposeAsync();
        }
    }

    public ValueTask Handle(in PublishedMessage message)
    {
        if (message.Publisher is null && trigger.Match(message.Topic.Value) is { } about)
        {
            _ = CountAsync(invoker.EnqueueAsync(function, FunctionEvent.FromPayload(message.Payload), new InvocationContext { ClientContextJson = FunctionEvent.ClientContext(message.Topic.Value, about) }));
        }

        return ValueTask.CompletedTask; // the announcer never waits, and a client's request must not hang on a function's queue
    }

    private async Task CountAsync(ValueTask<string> kept)
    {
        try
        {
            await kept;
        }
        catch (Exception)
        {
            metrics.MessageRefused(function); // full, stopping, a broken disk
        }
    }
}
