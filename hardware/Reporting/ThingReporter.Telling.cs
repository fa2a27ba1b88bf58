using System.Security.Cryptography;
using Roost.Mqtt;

namespace Roost.Hardware.Reporting;

/// <summary>The loop that tells.</summary>
internal sealed partial class ThingReporter
{
    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(NextDue(), _stopping.Token);
                await Task.Delay(Linger, _clock, _stopping.Token); // what else is reported at the same time
                if (Take(_clock.GetElapsed(), isLast: false) is { } batch)
                {
                    Rest(await TellAsync(batch, _stopping.Token));
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // StopAsync tells what is left
        }
        catch (Exception exception)
        {
            _logger.ReporterEnded(Name, exception);
        }
    }

    /// <summary>How long nothing is due; null: until somebody reports.</summary>
    private TimeSpan? NextDue()
    {
        var now = _clock.GetElapsed();
        var due = _desired.ErrorsDue(now);
        lock (_gate)
        {
            foreach (var point in _points.Values)
            {
                if (point.Telling.Due(now) is { } at && (due is null || at < due))
                {
                    due = at;
                }
            }
        }

        if (due is { } soon && _notBefore is { } pause && pause > soon)
        {
            due = pause;
        }

        return due is null ? null : due > now ? due - now : TimeSpan.Zero;
    }

    /// <returns>What is due now, with everything else of the thing that is owed; null: nothing is.</returns>
    private Batch? Take(TimeSpan now, bool isLast)
    {
        if (_notBefore > now && !isLast)
        {
            return null;
        }

        var values = new List<(Point Point, PointValue Value, DateTimeOffset At)>();
        lock (_gate)
        {
            foreach (var point in _points.Values)
            {
                if (point.Telling.Due(now) is { } due && (due <= now || (isLast && point.Telling.IsBehind)))
                {
                    point.Telling.Begin(now);
                    values.Add((point, point.Telling.Value, point.Telling.At!.Value));
                }
            }
        }

        var errors = _desired.ErrorsOwed(now);
        return values.Count > 0 || errors.Count > 0 ? new Batch(values, errors) : null;
    }

    /// <returns>Whether all of it was taken.</returns>
    private async Task<bool> TellAsync(Batch batch, CancellationToken cancellationToken)
    {
        var complete = true;
        var reported = batch.Values.Where(static one => one.Point.Telling.OwesShadow).ToList();
        if (reported.Count > 0 || batch.Errors.Count > 0)
        {
            var errors = batch.Errors.Count > 0 && batch.Errors.Values.All(static error => error is null) && _desired.HasNoErrors ? null : batch.Errors;
            var refusal = await AskAsync(_topics.Update, token => ShadowBodies.Reported(reported.Select(static one => (one.Point.Property, one.Value)), errors, token), cancellationToken);
            complete = refusal is null;
            if (refusal is null)
            {
                _metrics.Updated();
                _desired.HasTold(batch.Errors, _clock.GetElapsed());
            }
            else
            {
                _metrics.UpdateFailed();
                if (_pause == TimeSpan.Zero)
                {
                    _logger.NotReported(Name, refusal);
                }
            }

            lock (_gate)
            {
                foreach (var (point, value, _) in refusal is null ? reported : [])
                {
                    point.Telling.ShadowHas(value);
                }
            }
        }

        foreach (var (point, value, at) in batch.Values.Where(static one => one.Point.Telling.OwesTopic))
        {
            complete &= await PublishAsync(point, value, at, cancellationToken);
        }

        return complete;
    }

    private async Task<bool> PublishAsync(Point point, PointValue value, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var topic = point.Telling.Rule.Topic!.Value;
        try
        {
            await _broker.PublishAsync(
                new MqttMessage { Topic = topic, Payload = ShadowBodies.Telemetry(Name, point.Property, value, at), QualityOfService = QualityOfService.AtLeastOnce, OnBehalfOf = PointReporter.Publisher },
                cancellationToken);
        }
        catch (Exception exception) when (exception is MqttPublishRefusedException or ObjectDisposedException)
        {
            _metrics.PublishFailed();
            _logger.NotPublished(topic.Value, exception.Message);
            return false;
        }

        lock (_gate)
        {
            point.Telling.TopicHas(value);
        }

        return true;
    }

    /// <returns>Null when the shadow has accepted; else why it has not.</returns>
    private async Task<string?> AskAsync(TopicName topic, Func<string, byte[]> body, CancellationToken cancellationToken)
    {
        var token = $"hardware-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}"; // that nobody else's request can have
        var waiter = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _awaited = (token, waiter);
        }

        try
        {
            await _broker.PublishAsync(
                new MqttMessage { Topic = topic, Payload = body(token), QualityOfService = QualityOfService.AtLeastOnce, OnBehalfOf = PointReporter.Publisher }, cancellationToken);
            return await waiter.Task.WaitAsync(_answerLimit, _clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return "no answer came";
        }
        catch (Exception exception) when (exception is MqttPublishRefusedException or ObjectDisposedException)
        {
            return exception.Message;
        }
        finally
        {
            lock (_gate)
            {
                _awaited = null;
            }
        }
    }

    private void Rest(bool complete)
    {
        if (complete)
        {
            if (_pause > TimeSpan.Zero)
            {
                _logger.ReportedAgain(Name);
            }

            (_pause, _notBefore) = (TimeSpan.Zero, null);
            return;
        }

        _pause = _pause == TimeSpan.Zero ? _firstPause : _pause * 2 < _longestPause ? _pause * 2 : _longestPause;
        _notBefore = _clock.GetElapsed() + _pause;
    }

    /// <param name="Errors">By property; null takes an error out.</param>
    private sealed record Batch(List<(Point Point, PointValue Value, DateTimeOffset At)> Values, IReadOnlyDictionary<string, string?> Errors);
}
