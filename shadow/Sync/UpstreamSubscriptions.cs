using Roost.Mqtt;

namespace Roost.Shadow.Sync;

/// <summary>The subscriptions on one connection: for all things at once where the upstream allows it, else thing by thing.</summary>
internal sealed class UpstreamSubscriptions(IShadowUpstreamConnection connection, SyncRules rules, TimeSpan timeout, TimeProvider clock) : IDisposable
{
    // AWS IoT takes fifty subscriptions on a connection, and a thing needs twelve.
    private const int MostThings = 4;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly HashSet<(string Thing, bool Named)> _made = [];

    /// <summary>One subscription covers every thing.</summary>
    public bool IsForAll { get; private set; }

    public void Dispose() => _turn.Dispose();

    /// <exception cref="TimeoutException">The upstream does not answer.</exception>
    /// <exception cref="Roost.Mqtt.Client.MqttConnectionException">The connection ended.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (rules.OnlyThings is { Count: <= MostThings } things)
        {
            foreach (var thing in things)
            {
                await MakeAsync(thing, named: false, cancellationToken);
                await MakeAsync(thing, named: true, cancellationToken);
            }

            return;
        }

        IsForAll = (await SubscribeAsync("+", named: false, cancellationToken)).Count == 0 && (await SubscribeAsync("+", named: true, cancellationToken)).Count == 0;
    }

    /// <returns>The filter that the upstream refused; null when answers for the shadow will arrive.</returns>
    /// <inheritdoc cref="BeginAsync"/>
    public async Task<TopicFilter?> EnsureAsync(ShadowId id, CancellationToken cancellationToken)
    {
        if (IsForAll)
        {
            return null;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await MakeAsync(id.Thing, !id.IsClassic, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<TopicFilter?> MakeAsync(string thing, bool named, CancellationToken cancellationToken)
    {
        if (_made.Contains((thing, named)))
        {
            return null;
        }

        var refused = await SubscribeAsync(thing, named, cancellationToken);
        if (refused.Count > 0)
        {
            return refused[0];
        }

        _made.Add((thing, named));
        return null;
    }

    private Task<IReadOnlyList<TopicFilter>> SubscribeAsync(string thing, bool named, CancellationToken cancellationToken) =>
        connection.SubscribeAsync(UpstreamTopic.Filters(thing, named), cancellationToken).WaitAsync(timeout, clock, cancellationToken);
}
