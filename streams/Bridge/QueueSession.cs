using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Export;
using Roost.Streams.Upstream;

namespace Roost.Streams.Bridge;

/// <summary>
/// One entry's queue on one connection. Where the connections before ended on the first message, it is tried alone, as exports do
/// (ADR 0062), and by the same rules.
/// </summary>
internal sealed class QueueSession : IDisposable
{
    private readonly QueueRun _run;
    private readonly UplinkConnection _connection;
    private readonly AcknowledgeWatch _watch;
    private readonly bool _onTrial;
    private readonly long _headOffset;
    private readonly CancellationTokenSource _idleEnd = new();
    private long _headSentAt;
    private int _inflight;
    private int _answered;
    private bool _waitsForOtherTrial;

    public QueueSession(QueueRun run, UplinkConnection connection)
    {
        _run = run;
        _connection = connection;
        _watch = new AcknowledgeWatch(connection, run.AcknowledgeTimeout, run.Clock);
        _onTrial = run.Suspect.IsOnTrial;
        _headOffset = run.Queue.Position;
    }

    /// <summary>Returns when the connection has ended.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stoppingToken"/> ended it.</exception>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, _idleEnd.Token);
        await using var lost = _connection.Lost.Register(EndIfIdle);
        try
        {
            if (_onTrial)
            {
                await HoldAsync(ended.Token);
                _ = EndTrialOfNothingAsync(ended.Token);
            }

            await _run.Queue.SendAsync(Publish, firstAlone: _onTrial, ended.Token);
        }
        catch (MqttConnectionException)
        {
            // It has ended; the next session goes on.
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // It has ended, and nothing was under way.
        }

        if (_answered == 0)
        {
            NoteUnansweredEnd();
        }
    }

    public void Dispose()
    {
        _watch.Dispose();
        _idleEnd.Dispose();
    }

    /// <summary>Waits for its turn, and then without sending: a connection that ends now does so by itself.</summary>
    private async Task HoldAsync(CancellationToken ended)
    {
        _waitsForOtherTrial = true;
        await _connection.Trial.WaitAsync(ended);
        _waitsForOtherTrial = false;
        await Task.Delay(_run.Tuning.TrialHold * (1 + Random.Shared.NextDouble()), _run.Clock, ended);
    }

    /// <summary>The suspect's lifetime may have ended meanwhile: others must not wait for a trial that does not take place.</summary>
    private async Task EndTrialOfNothingAsync(CancellationToken ended)
    {
        await Task.Delay(_run.Tuning.TrialHold, _run.Clock, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Volatile.Read(ref _headSentAt) == 0)
        {
            NoteAnswer();
        }
    }

    private ValueTask Publish(MqttMessage message, CancellationToken cancellationToken)
    {
        if (_headSentAt == 0)
        {
            _headSentAt = _run.Clock.GetTimestamp();
        }

        var sent = Lower(message);
        Interlocked.Increment(ref _inflight);
        _watch.Sent();
        _run.ExpectEcho(sent);
        var holdsTrial = _onTrial && Volatile.Read(ref _answered) == 0;
        return AnswerAsync(sent, holdsTrial ? _connection.PublishAsync(sent, cancellationToken) : _connection.PublishInTurnAsync(sent, cancellationToken));
    }

    /// <summary>A server without QoS 2 gets QoS 1: waiting for one that has it would be waiting for ever.</summary>
    private MqttMessage Lower(MqttMessage message) => _connection.Server.MaximumQualityOfService != QualityOfService.AtLeastOnce || message.QualityOfService != QualityOfService.ExactlyOnce
        ? message
        : new MqttMessage
        {
            Topic = message.Topic,
            Payload = message.Payload,
            QualityOfService = QualityOfService.AtLeastOnce,
            Retain = message.Retain,
            Properties = message.Properties,
        };

    private async ValueTask AnswerAsync(MqttMessage message, ValueTask publishing)
    {
        try
        {
            await publishing;
            _connection.NoteUseful();
            NoteAnswer();
            _run.Suspect.Cleared();
            _run.Entry.Counters.Out(message);
        }
        catch (MqttPublishRefusedException)
        {
            NoteAnswer();
            throw;
        }
        finally
        {
            _watch.Acknowledged();
            if (Interlocked.Decrement(ref _inflight) == 0 && _connection.Lost.IsCancellationRequested)
            {
                EndIfIdle();
            }
        }
    }

    private void NoteAnswer()
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0 && _onTrial)
        {
            _connection.Trial.Release(); // a connection that has ended needs none
        }
    }

    /// <summary>
    /// What is under way shows the end of the connection by itself, and in order; an end that is told beside it could overtake an answer
    /// that came just before.
    /// </summary>
    private void EndIfIdle()
    {
        if (Volatile.Read(ref _inflight) == 0)
        {
            try
            {
                _idleEnd.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // the session is over already
            }
        }
    }

    /// <summary>The connection has ended, and the server has said nothing to any message.</summary>
    private void NoteUnansweredEnd()
    {
        var hungUp = _headSentAt != 0 && _connection.HungUp && _run.Clock.GetElapsedTime(_headSentAt) <= _run.Tuning.TrialHold;
        if (!_onTrial && hungUp)
        {
            _run.Suspect.HungUp(_headOffset);
        }
        else if (_onTrial && hungUp)
        {
            _run.Suspect.HungUpAlone(_headOffset);
        }
        else if (_onTrial && !_waitsForOtherTrial)
        {
            _run.Suspect.TrialFailed();
        }
    }
}
