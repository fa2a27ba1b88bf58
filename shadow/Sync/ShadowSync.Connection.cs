using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Mqtt.Client;

namespace Roost.Shadow.Sync;

/// <summary>One connection to the upstream after the other: what is subscribed to, what is taken up on it, and what it brings.</summary>
internal sealed partial class ShadowSync
{
    private async Task RunAsync(IShadowUpstream upstream, SyncTable table, CancellationToken stopping)
    {
        var exchange = new SyncExchange(_shadows, table, _absences, _metrics, _clock, _logger);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var connection = await upstream.ConnectedAsync(stopping);
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, connection.Lost);
                await ServeAsync(connection, exchange, ended.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or MqttConnectionException)
            {
                // Stopping, which the loop sees, or the end of a connection, which is an ordinary thing: the next will come.
            }
#pragma warning disable CA1031 // a fault of ours; a sync that ends for good over it would be noticed weeks later
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _logger.BrokeDown(s_restart, exception);
                _connectionError = exception.Message;
                await Task.Delay(s_restart, _clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            _state = SyncConnectionState.Waiting;
        }

        _state = SyncConnectionState.Off;
    }

    private async Task ServeAsync(IShadowUpstreamConnection connection, SyncExchange exchange, CancellationToken ended)
    {
        _state = SyncConnectionState.Subscribing;
        var requests = new UpstreamRequests(connection, _pacer, _options.RequestTimeout, _clock, _metrics, ended);
        connection.Receive(message => Received(message, requests));
        using var subscriptions = new UpstreamSubscriptions(connection, _rules, _options.RequestTimeout, _clock);
        await SubscribeAsync(subscriptions, ended);
        LookAtAll();
        _state = SyncConnectionState.Connected;

        // Changes go on while this runs; only the number of exchanges at one time is bounded, and with it what is in flight.
        using var places = new SemaphoreSlim(_options.MaxInflight);
        var periods = _options.Strategy == SyncStrategy.Periodic ? ReleaseAsync(ended) : Task.CompletedTask;
        var free = _options.MaxInflight; // as far as this loop has to wait for them at its end
        try
        {
            while (true)
            {
                await places.WaitAsync(ended);
                free--;
                await _silence.WaitAsync(ended);
                var shadow = await _schedule.TakeAsync(ended);
                free++;
                _ = ExchangeAsync(shadow, exchange, subscriptions, requests, places, ended);
            }
        }
        finally
        {
            for (; free > 0; free--)
            {
                await places.WaitAsync(CancellationToken.None); // each exchange ends soon, now that requests do
            }

            await periods.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SubscribeAsync(UpstreamSubscriptions subscriptions, CancellationToken ended)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await subscriptions.BeginAsync(ended);
                if (!subscriptions.IsForAll && _rules.OnlyThings is null)
                {
                    _logger.NotForAll(UpstreamTopic.Filters("+", named: false)[0].Value);
                }

                _connectionError = null;
                return;
            }
            catch (TimeoutException)
            {
                var delay = TimeSpan.FromSeconds(Math.Min(_options.RetryMax.TotalSeconds, Math.Pow(2, Math.Min(failures, 30))));
                _connectionError = "The upstream does not answer a subscription";
                _logger.NotSubscribed(_connectionError, delay);
                await Task.Delay(delay, _clock, ended);
            }
        }
    }

    // After a connection all is unknown of the cloud's side. What has changed here goes first.
    private void LookAtAll()
    {
        foreach (var id in _rules.SpelledOut())
        {
            _tracking.Track(id);
        }

        var changed = 0;
        foreach (var shadow in _tracking.All)
        {
            shadow.CloudUnknown();
            changed += shadow.IsLocalChanged ? 1 : 0;
            _schedule.Add(shadow, shadow.IsLocalChanged);
        }

        _absences.Begin(_tracking.All);
        _schedule.Release();
        _logger.Connected(changed, _tracking.Count - changed);
    }

    private async Task ReleaseAsync(CancellationToken ended)
    {
        using var period = new PeriodicTimer(_options.Period, _clock);
        while (await period.WaitForNextTickAsync(ended))
        {
            _schedule.Release();
        }
    }

    private void Received(MqttMessage message, UpstreamRequests requests)
    {
        if (!UpstreamTopic.TryParse(message.Topic.Value, out var id, out var kind))
        {
            return; // somebody else's subscription
        }

        if (_rules.PolicyOf(id) is null || UpstreamMessage.Parse(id, kind, message.Payload) is not { } told)
        {
            _metrics.Received("none");
            return;
        }

        if (requests.TryAnswer(told))
        {
            _silence.Heard();
            _metrics.Received("answer");
            return;
        }

        if (kind is not (UpstreamEvent.Documents or UpstreamEvent.DeleteAccepted) || _tracking.Track(id) is not { } shadow)
        {
            _metrics.Received("none"); // an answer for another client
            return;
        }

        _silence.Heard();
        _metrics.Received("change");
        if (kind == UpstreamEvent.Documents)
        {
            shadow.CloudPushed(told);
        }
        else
        {
            shadow.CloudUnknown(deleted: true);
        }

        _schedule.Add(shadow, changed: true);
    }
}
