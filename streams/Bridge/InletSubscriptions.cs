using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Upstream;

namespace Roost.Streams.Bridge;

/// <summary>
/// Keeps the cloud's session subscribed to what the entries ask for. What is refused is asked for again, with growing waits; a subscription over
/// which the server hangs up, as AWS IoT Core does, is found by asking for one at a time, and then waits likewise while the others work.
/// </summary>
internal sealed class InletSubscriptions(BridgeRoutes routes, Uplink uplink, SubscriptionNotes notes, TimeProvider clock, ILogger logger)
{
    private const int MostInOne = 32;
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(10);

    private readonly IReadOnlyList<WantedSubscription> _wanted = WantedSubscription.Of(routes.Entries);
    private readonly Dictionary<WantedSubscription, (int Failures, long NextAt)> _doubts = [];
    private readonly ConcurrentDictionary<WantedSubscription, string> _refused = [];
    private WantedSubscription[] _asked = [];
    private bool _oneByOne;

    /// <summary>What the cloud does not let us have, with its reason. Any thread.</summary>
    public IReadOnlyDictionary<string, string> RefusedOf(string bridge) =>
        _refused.Where(refusal => refusal.Key.Bridge == bridge).ToDictionary(static refusal => refusal.Key.Filter.Value, static refusal => refusal.Value, StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            UplinkConnection? connection = null;
            try
            {
                connection = await uplink.AliveAsync(stoppingToken);
                await KeepAsync(connection, stoppingToken);
            }
            catch (Exception exception) when (exception is MqttConnectionException or OperationCanceledException)
            {
                // Stopping, or the connection has ended: it says so by either, whichever is first.
                if (connection is not null)
                {
                    NoteHangUp(connection);
                }
            }
        }
    }

    /// <exception cref="MqttConnectionException">The connection ended before an answer.</exception>
    /// <exception cref="OperationCanceledException">It has ended.</exception>
    private async Task KeepAsync(UplinkConnection connection, CancellationToken stoppingToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, connection.Lost);
        if (!connection.SessionPresent)
        {
            notes.Clear(connection.Session);
        }

        await TakeBackAsync(connection, ended.Token);
        while (true)
        {
            var known = notes.Of(connection.Session);
            var missing = _wanted.Where(wanted => !known.GetValueOrDefault(wanted.Note)).ToList();
            foreach (var due in missing.Where(IsDue).Chunk(_oneByOne ? 1 : MostInOne).ToList())
            {
                await AskAsync(connection, due, ended.Token);
            }

            await Task.Delay(missing.Count == 0 ? Timeout.InfiniteTimeSpan : s_firstWait, clock, ended.Token);
        }
    }

    private async Task TakeBackAsync(UplinkConnection connection, CancellationToken cancellationToken)
    {
        var stale = notes.Of(connection.Session).Keys.Except(_wanted.Select(static wanted => wanted.Note), StringComparer.Ordinal).ToList();
        if (stale.Count == 0)
        {
            return;
        }

        var kept = _wanted.Select(static wanted => wanted.Filter.Value).ToHashSet(StringComparer.Ordinal); // the same at another QoS is replaced by asking for it
        var gone = stale.Select(static note => note[(note.IndexOf(' ', StringComparison.Ordinal) + 1)..]).Where(filter => !kept.Contains(filter)).ToList();
        foreach (var some in gone.Chunk(MostInOne))
        {
            await connection.UnsubscribeAsync([.. some.Select(TopicFilter.Parse)], cancellationToken);
        }

        notes.Remove(connection.Session, stale);
    }

    private bool IsDue(WantedSubscription wanted) => !_doubts.TryGetValue(wanted, out var doubt) || clock.GetTimestamp() >= doubt.NextAt;

    private async Task AskAsync(UplinkConnection connection, WantedSubscription[] wanted, CancellationToken cancellationToken)
    {
        notes.Note(connection.Session, wanted.Select(static one => one.Note), granted: false); // before: one that is removed while nobody knows has to be taken back
        _asked = wanted;
        MqttFilterResults results;
        try
        {
            results = await connection.SubscribeAsync(new MqttSubscribeRequest { Subscriptions = [.. wanted.Select(static one => one.ToSubscription())] }, cancellationToken);
        }
        catch (MqttSubscriptionRefusedException exception)
        {
            _asked = [];
            if (wanted.Length > 1)
            {
                foreach (var one in wanted)
                {
                    await AskAsync(connection, [one], cancellationToken); // it is about one of them
                }
            }
            else
            {
                Doubt(wanted[0], exception.Message);
            }

            return;
        }

        _asked = [];
        connection.NoteUseful();
        for (var i = 0; i < wanted.Length; i++)
        {
            var result = results.Filters[i];
            if (result.IsRefused)
            {
                Doubt(wanted[i], new MqttSubscriptionRefusedException(result.Filter.Value, result.ReasonCode, results.ReasonString).Message);
            }
            else
            {
                _doubts.Remove(wanted[i]);
                _refused.TryRemove(wanted[i], out _);
            }
        }

        notes.Note(connection.Session, wanted.Where(one => !_refused.ContainsKey(one)).Select(static one => one.Note), granted: true);
    }

    private void NoteHangUp(UplinkConnection connection)
    {
        if (connection.HungUp && _oneByOne && _asked is [var alone])
        {
            Doubt(alone, "the server closes the connection when it is asked for; check what its policy allows this client to subscribe to");
        }

        _oneByOne |= connection.HungUp && _asked.Length > 0;
        _asked = [];
    }

    private void Doubt(WantedSubscription wanted, string reason)
    {
        var failures = _doubts.GetValueOrDefault(wanted).Failures;
        var wait = s_firstWait * Math.Pow(2, Math.Min(failures, 10));
        wait = wait < s_longestWait ? wait : s_longestWait;
        _doubts[wanted] = (failures + 1, clock.GetTimestamp() + (long)(wait.TotalSeconds * clock.TimestampFrequency));
        _refused[wanted] = reason;
        BridgeLog.SubscriptionRefused(logger, wanted.Filter.Value, wanted.Bridge, reason, wait);
    }
}
