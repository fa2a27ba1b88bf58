using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Upstream;

namespace Roost.Streams.Export;

/// <summary>
/// One export on one connection: a sender that reads and publishes in order, and an acknowledger that awaits the answers in the same
/// order and notes the position. The window between them is bounded. Where the connections before ended on the first record, it is
/// tried alone.
/// </summary>
internal sealed class MqttExportSession : IAsyncDisposable
{
    private readonly MqttExportContext _context;
    private readonly MqttExportServices _services;
    private readonly ExportPosition _position;
    private readonly SuspectRecord _suspect;
    private readonly UplinkConnection _connection;
    private readonly ExportWindow _window;
    private readonly AcknowledgeWatch _watch;
    private readonly GroupedCommits _commits;
    private readonly Channel<SentRecord> _sent = Channel.CreateUnbounded<SentRecord>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }); // bounded by the window
    private readonly JitteredBackoff _backoff;
    private readonly bool _onTrial;
    private readonly long? _guilty;
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The sender's; others look once it has ended.
    private long _headOffset = -1;
    private long _headSentAt;
    private bool _waitsForOtherTrial;

    public MqttExportSession(MqttExportContext context, ExportPosition position, SuspectRecord suspect, UplinkConnection connection, Action? committed)
    {
        _context = context;
        _services = context.Services;
        _position = position;
        _suspect = suspect;
        _connection = connection;
        _guilty = suspect.Guilty;
        _onTrial = suspect.IsOnTrial && _guilty is null;
        _window = new ExportWindow(context.MaxInflight, _services.Tuning.MaxInflightBytes);
        _watch = new AcknowledgeWatch(connection, _services.AcknowledgeTimeout, _services.Clock);
        _backoff = new JitteredBackoff(_services.Tuning.RetryFirst, _services.Tuning.RetryMax, _services.Clock, Random.Shared);
        _commits = new GroupedCommits(position.Cursor, context.MaxInflight, OnCommitted, OnNotCommitted, _services.Clock);

        void OnCommitted(int count)
        {
            _window.Committed(count);
            committed?.Invoke();
        }
    }

    /// <summary>Returns when the connection has ended, or, once <paramref name="stoppingToken"/> asks for it, when all is acknowledged.</summary>
    /// <exception cref="Storage.Logs.CorruptLogException">The stream is damaged here; nothing behind it is exported.</exception>
    /// <exception cref="Storage.Logs.LogFailedException">The stream's disk failed.</exception>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, _connection.Lost);
        using var drain = new CancellationTokenSource();
        await using var drainTimer = _services.Clock.CreateTimer(_ => drain.Cancel(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stopping = stoppingToken.Register(() => drainTimer.Change(_services.Tuning.DrainLimit, Timeout.InfiniteTimeSpan));
        _position.Rewind();
        var sending = SendAsync(ended.Token);
        await AcknowledgeAsync(drain.Token);
        await ended.CancelAsync();
        await sending;

        if (!stoppingToken.IsCancellationRequested && !_answered.Task.IsCompleted)
        {
            NoteUnansweredEnd();
        }
    }

    /// <summary>Notes the position.</summary>
    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        await _commits.DisposeAsync();
    }

    private async Task SendAsync(CancellationToken ended)
    {
        try
        {
            using var reader = _context.Stream.OpenReader(_position.Next);
            while (true)
            {
                var records = await reader.ReadAsync(_context.MaxInflight, _services.Tuning.ReadBytes, ended);
                for (var i = 0; i < records.Count; i++)
                {
                    _position.Reach(records[i].Offset);
                    await _window.EnterAsync(records[i].Payload.Length, ended);
                    if (_onTrial && _headSentAt == 0)
                    {
                        await TryAloneAsync(records[i], ended);
                    }
                    else
                    {
                        Send(records[i]);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The connection is lost, or the daemon stops: what is under way is the acknowledger's.
        }
        finally
        {
            _sent.Writer.Complete();
        }
    }

    /// <summary>Sends the suspect after the connection has held without it, and nothing more before it is answered.</summary>
    private async Task TryAloneAsync(StreamRecord record, CancellationToken ended)
    {
        _waitsForOtherTrial = true;
        await _connection.Trial.WaitAsync(ended);
        _waitsForOtherTrial = false;
        await Task.Delay(_services.Tuning.TrialHold * (1 + Random.Shared.NextDouble()), _services.Clock, ended);
        Send(record);
        await _answered.Task.WaitAsync(ended);
        _connection.Trial.Release(); // a connection that has ended needs none
    }

    /// <summary>The connection has ended, and the server has said nothing to any record.</summary>
    private void NoteUnansweredEnd()
    {
        var hungUp = _headSentAt != 0 && _connection.HungUp && _services.Clock.GetElapsedTime(_headSentAt) <= _services.Tuning.TrialHold;
        if (!_onTrial && hungUp)
        {
            _suspect.HungUp(_headOffset);
        }
        else if (_onTrial && hungUp)
        {
            _suspect.HungUpAlone(_headOffset);
        }
        else if (_onTrial && !_waitsForOtherTrial)
        {
            _suspect.TrialFailed();
        }
    }

    private void Send(in StreamRecord record)
    {
        if (_headSentAt == 0)
        {
            _headOffset = record.Offset;
            _headSentAt = _services.Clock.GetTimestamp();
        }

        if (_position.NoteSent(record.Offset))
        {
            _context.Counters.Retried();
        }

        _watch.Sent();
        _sent.Writer.TryWrite(ToSent(record));
    }

    private SentRecord ToSent(in StreamRecord record)
    {
        if (record.Offset == _guilty)
        {
            return Undeliverable(record, $"the server closed the connection {_services.Tuning.MaxAttempts} times in a row when it got this record alone", ReasonCode.PayloadFormatInvalid);
        }

        if (!_context.Topic.TryFill(record, out var topic))
        {
            return Undeliverable(record, $"its key makes no topic of '{_context.Topic.Text}'", ReasonCode.TopicNameInvalid);
        }

        var message = CloudMessage.Create(topic, _context.Identity.Stream, record, _services.WithProperties);
        return new SentRecord(record with { Payload = message.Payload }, message, Publish(message));
    }

    private static SentRecord Undeliverable(in StreamRecord record, string reason, ReasonCode code) => new(
        record with { Payload = record.Payload.ToArray() },
        null,
        ValueTask.FromException(new MqttPublishRefusedException(reason) { ReasonCode = code }));

    /// <summary>All failures come with the acknowledgement, in order.</summary>
    private ValueTask Publish(MqttMessage message)
    {
        try
        {
            return _connection.PublishAsync(message);
        }
        catch (Exception exception) when (exception is MqttPublishRefusedException or MqttConnectionException)
        {
            return ValueTask.FromException(exception);
        }
    }

    /// <summary>Until the sender has ended and all is acknowledged, or the connection or the time to drain has.</summary>
    /// <remarks>
    /// The end of the connection shows in the acknowledgements, which all fail then, and not by <see cref="UplinkConnection.Lost"/>: that
    /// would overtake an answer that came just before the end, and the server would seem to have said nothing.
    /// </remarks>
    private async Task AcknowledgeAsync(CancellationToken drained)
    {
        await foreach (var sent in _sent.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                if (!await TrySettleAsync(sent, drained))
                {
                    return; // the rest is sent again from the position on
                }
            }
            finally
            {
                _window.Acknowledged(sent.Bytes);
                _watch.Acknowledged();
            }

            _position.Done(sent.Record.Offset);
            _commits.Add(sent.Record.Offset + 1);
        }
    }

    /// <returns>False when the connection or the time ended before the record was done.</returns>
    private async ValueTask<bool> TrySettleAsync(SentRecord sent, CancellationToken drained)
    {
        var acknowledgement = sent.Acknowledgement;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await (acknowledgement.IsCompleted ? acknowledgement : new ValueTask(acknowledgement.AsTask().WaitAsync(drained)));
                NoteAcknowledged();
                return true;
            }
            catch (Exception exception) when (exception is MqttConnectionException or OperationCanceledException)
            {
                return false;
            }
            catch (MqttPublishRefusedException refusal)
            {
                _answered.TrySetResult();
                if (await TryGiveUpAsync(sent, refusal, attempt, drained))
                {
                    return true;
                }
            }

            if (drained.IsCancellationRequested || _connection.Lost.IsCancellationRequested)
            {
                return false;
            }

            _context.Counters.Retried();
            acknowledgement = sent.Message is { } message ? Publish(message) : sent.Acknowledgement;
        }
    }

    /// <summary>Moves the record to <c>$dead</c> where sending it again is of no use; else waits before that.</summary>
    private async Task<bool> TryGiveUpAsync(SentRecord sent, MqttPublishRefusedException refusal, int attempt, CancellationToken drained)
    {
        var kind = Refusals.Of(refusal);
        var reason = refusal.Message;
        if (kind == Refusal.Final || (kind == Refusal.Retry && _suspect.Refused(sent.Record.Offset) >= _services.Tuning.MaxAttempts))
        {
            if (await TryKeepDeadAsync(sent, reason) is not { } obstacle)
            {
                return true;
            }

            reason = $"{reason} It cannot be moved to $dead: {obstacle}"; // and nothing is lost: it waits
        }

        var delay = _backoff.Next();
        _context.SetFault($"record {sent.Record.Offset} is refused: {reason}");
        Log.ExportRefused(_services.Logger, _context.Identity.Name, _context.Identity.Stream, sent.Record.Offset, reason, delay, attempt);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(drained, _connection.Lost);
        await Task.Delay(delay, _services.Clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return false;
    }

    /// <returns>Null when the record is kept; else why not.</returns>
    private async Task<string?> TryKeepDeadAsync(SentRecord sent, string reason)
    {
        try
        {
            await _services.Dead.KeepAsync(_context.Identity.Stream, _context.Identity.Name, sent.Record, reason);
        }
        catch (Exception exception) when (exception is Storage.Logs.LogFullException or Storage.Logs.LogFailedException or StreamRefusedException)
        {
            return exception.Message;
        }

        Log.ExportDead(_services.Logger, _context.Identity.Name, _context.Identity.Stream, sent.Record.Offset, reason);
        _context.Counters.Dead();
        _suspect.Cleared();
        _context.SetFault(null);
        return null;
    }

    private void NoteAcknowledged()
    {
        _answered.TrySetResult();
        _connection.NoteUseful();
        _suspect.Cleared();
        _backoff.Reset();
        _context.SetFault(null);
        _context.Counters.Acknowledged();
    }

    private void OnNotCommitted(long offset, Exception exception) =>
        Log.ExportNotCommitted(_services.Logger, _context.Identity.Name, _context.Identity.Stream, offset, exception);
}
