using Microsoft.Extensions.Logging;
using Roost.Mqtt.Client;

namespace Roost.Shadow.Sync;

/// <summary>One shadow's turn, what comes of it, and what sets the next one going.</summary>
internal sealed partial class ShadowSync
{
    private async Task ExchangeAsync(
        TrackedShadow shadow, SyncExchange exchange, UpstreamSubscriptions subscriptions, UpstreamRequests requests, SemaphoreSlim places, CancellationToken ended)
    {
        var news = shadow.Begin();
        SyncFailure? failure;
        try
        {
            failure = await subscriptions.EnsureAsync(shadow.Id, ended) is { } refused
                ? new SyncFailure($"The upstream refuses the subscription to '{refused}'", IsRefused: true)
                : await exchange.RunAsync(shadow, news, requests);
        }
        catch (LocalShadowException exception)
        {
            failure = new SyncFailure(exception.Message, IsRefused: exception.Error.Code is >= 400 and < 429);
        }
        catch (Exception exception) when (exception is OperationCanceledException or MqttConnectionException or TimeoutException)
        {
            failure = new SyncFailure("The connection to the upstream was lost", IsOverConnection: true);
        }
#pragma warning disable CA1031 // the outer edge of a task: this shadow waits, all others go on
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.Broke(shadow.Id, exception);
            failure = new SyncFailure(exception.Message);
        }

        try
        {
            await SettleAsync(shadow, news, failure, exchange);
            if (!ended.IsCancellationRequested && _absences.LookedAt(shadow))
            {
                await JudgeAbsentAsync(exchange);
            }
        }
#pragma warning disable CA1031 // a disk that fails, while noting what is held: it is in memory, and the next connection finds it again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.Broke(shadow.Id, exception);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task SettleAsync(TrackedShadow shadow, SyncNews news, SyncFailure? failure, SyncExchange exchange)
    {
        if (failure is null)
        {
            _schedule.Succeeded(shadow);
            return;
        }

        shadow.Undo(news);
        if (failure.IsHeld)
        {
            _schedule.Held(shadow);
            return;
        }

        var isNew = _schedule.View(shadow).Error != failure.Reason;
        _schedule.Failed(shadow, failure);
        if (failure.IsSilence && _silence.Unanswered())
        {
            _logger.Silent();
        }

        var isWorthTelling = isNew && (!failure.IsOverConnection || (failure.IsSilence && !_silence.IsSilent));
        if (isWorthTelling)
        {
            _logger.Failed(shadow.Id, failure.Reason);
        }
        else
        {
            _logger.FailedAgain(shadow.Id, failure.Reason);
        }

        if (isWorthTelling || failure.Rebased > 0)
        {
            await exchange.NoteFailureAsync(shadow.Id, failure);
        }
    }

    // All shadows have been looked at once on this connection.
    private async Task JudgeAbsentAsync(SyncExchange exchange)
    {
        var absent = _tracking.All.Where(shadow => !shadow.IsHeld && _schedule.View(shadow).State == SyncTurnState.Held).ToList();
        if (_absences.AreDeletions is false && absent.Count > 0)
        {
            await exchange.HoldAsync(absent);
            return;
        }

        foreach (var shadow in absent)
        {
            _schedule.Add(shadow, changed: true);
        }
    }

    private void ChangedHere(ShadowId id, bool deleted)
    {
        if (_tracking.Track(id) is not { } shadow)
        {
            return;
        }

        shadow.LocalChanged(deleted);
        _schedule.Add(shadow, changed: true);
        if (deleted)
        {
            _ = MarkDeletedAsync(id);
        }
    }

    private async Task MarkDeletedAsync(ShadowId id)
    {
        try
        {
            await _table!.MarkDeletedHereAsync(id);
        }
#pragma warning disable CA1031 // the outer edge of a task
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.NotMarked(id, exception);
        }
    }
}
