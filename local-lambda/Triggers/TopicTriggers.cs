using Roost.Mqtt;

namespace Roost.LocalLambda.Triggers;

/// <summary>The topic filters that one function is fed from. One caller at a time.</summary>
internal sealed class TopicTriggers(string function, IFunctionInvoker invoker, IMqttBroker broker, Metrics metrics) : IAsyncDisposable
{
    private readonly Dictionary<TopicFilter, IAsyncDisposable> _subscriptions = [];

    /// <summary>Subscribes what is new before it leaves what is old; what stays is not touched, so that no message is missed.</summary>
    public async Task ReplaceAsync(IReadOnlyList<TopicFilter> filters)
    {
        foreach (var filter in filters.Distinct().Where(filter => !_subscriptions.ContainsKey(filter)))
        {
            _subscriptions.Add(filter, await broker.SubscribeAsync(filter, new TopicTrigger(function, invoker, metrics)));
        }

        foreach (var filter in _subscriptions.Keys.Except(filters).ToList())
        {
            _subscriptions.Remove(filter, out var subscription);
            await subscription!.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await ReplaceAsync([]);
}
