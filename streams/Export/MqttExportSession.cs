using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Progress;
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
    private readonly ExportContext _export;
    private readonly UplinkConnection _connection;
    private readonly ExportWindow _window;
    private readonly AcknowledgeWatch _watch;
    private readonly GroupedCommits _commits;
    private readonly Channel<SentBatch> _sent = Channel.CreateUnbounded<SentBatch>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }); // bounded by the window
    private readonly JitteredBackoff _backoff;
    private readonly bool _onTrial;
    private readonly long? _guilty;
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The sender's; others look once it has ended.
    private OffsetRange _head; // what was sent first
    private long _headSentAt;
    private bool _waitsForOtherTrial;

    public MqttExportSession(MqttExportContext context, UplinkConnection connection)
    {
        _context = context;
        _export = context.Export;
        _connection = connection;
        _guilty = context.Suspect.Guilty;
        _onTrial = context.Suspect.IsOnTrial && _guilty is null;
        _window = new ExportWindow(context.MaxInflight, context.Tuning.MaxInflightBytes);
        _watch = new AcknowledgeWatch(connection, context.AcknowledgeTimeout, _export.Clock);
        _backoff = new JitteredBackoff(_export.Options.Retry.First, _export.Options.Retry.Max, _export.Clock, Random.Shared);
        _commits = new GroupedCommits(context.Progress.CommitAsync, context.MaxInflight, _window.Committed, OnNotCommitted, _export.Clock);
    }

    /// <summary>Returns when the connection has ended, or, once <paramref name="stoppingToken"/> asks for it, when all is acknowledged.</summary>
    /// <exception cref="Storage.Logs.CorruptLogException">The stream is damaged here; nothing behind it is exported.</exception>
    /// <exception cref="Storage.Logs.LogFailedException">The stream's disk failed.</exception>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, _connection.Lost);
        using var drain = new CancellationTokenSource();
        await using var drainTimer = _export.Clock.CreateTimer(_ => drain.Cancel(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stopping = stoppingToken.Register(() => drainTimer.Change(_context.Tuning.DrainLimit, Timeout.InfiniteTimeSpan));
        _context.Source.Rewind();
        var sending = SendAsync(ended.Token);
        await AcknowledgeAsync(drain.Token);
        await ended.CancelAsync();
        await sending;
        NoteUnsettled();

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
            while (true)
            {
                await _context.Gate.WaitAsync(ended);
                var read = await _context.Source.NextAsync(ended);
                if (await _context.Gate.WaitAsync(ended))
                {
                    _context.Source.CatchUp();
                }

                if (read.First == _guilty && _context.Messages.Parts(read).First().Records.Count > 1)
                {
                    // Which record of a batch the server hangs up on is found by sending them one by one.
                    _context.Source.TakeSingly(new OffsetRange(read.First, read.Next));
                    _context.Suspect.Cleared();
                    _context.Source.Rewind(); // nothing else has been sent: it is the first
                    continue;
                }

                foreach (var batch in _context.Messages.Parts(read))
                {
                    await SendAsync(batch, ended);
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

    private async Task SendAsync(ExportBatch batch, CancellationToken ended)
    {
        var sent = ToSent(batch);
        await _window.EnterAsync(sent.Bytes, ended);
        await _context.Pace.TakeRecordsAsync(batch.Records.Count, ended);
        await _context.Pace.TakeBytesAsync(sent.Bytes, ended);
        if (_onTrial && _headSentAt == 0)
        {
            await TryAloneAsync(sent, ended);
        }
        else
        {
            Send(sent);
        }
    }

    /// <summary>Sends the suspect after the connection has held without it, and nothing more before it is answered.</summary>
    private async Task TryAloneAsync(SentBatch sent, CancellationToken ended)
    {
        _waitsForOtherTrial = true;
        await _connection.Trial.WaitAsync(ended);
        _waitsForOtherTrial = false;
        await Task.Delay(_context.Tuning.TrialHold * (1 + Random.Shared.NextDouble()), _export.Clock, ended);
        Send(sent);
        await _answered.Task.WaitAsync(ended);
        _connection.Trial.Release(); // a connection that has ended needs none
    }

    /// <summary>What was sent and not acknowledged is going to be sent again.</summary>
    private void NoteUnsettled()
    {
        while (_sent.Reader.TryRead(out var sent))
        {
            _export.Counters.Retried(sent.Batch.Records.Count);
        }
    }

    /// <summary>The connection has ended, and the server has said nothing to any record.</summary>
    private void NoteUnansweredEnd()
    {
        var hungUp = _headSentAt != 0 && _connection.HungUp && _export.Clock.GetElapsedTime(_headSentAt) <= _context.Tuning.TrialHold;
        if (!_onTrial && hungUp)
        {
            _context.Suspect.HungUp(_head.First);
        }
        else if (_onTrial && hungUp)
        {
            _context.Suspect.HungUpAlone(_head.First);
        }
        else if (_onTrial && !_waitsForOtherTrial)
        {
            _context.Suspect.TrialFailed();
        }
    }

    private void Send(SentBatch sent)
    {
        if (_headSentAt == 0)
        {
            _head = new OffsetRange(sent.Batch.First, sent.Batch.Next);
            _headSentAt = _export.Clock.GetTimestamp();
        }

        _watch.Sent();
        _sent.Writer.TryWrite(Publish(sent));
    }

    private SentBatch ToSent(ExportBatch batch)
    {
        if (batch.First == _guilty)
        {
            return Undeliverable(batch, $"the server closed the connection {_context.Tuning.MaxAttempts} times in a row when it got this record alone", ReasonCode.PayloadFormatInvalid);
        }

        return _context.Messages.TryCreate(batch, out var message)
            ? new SentBatch(batch, message, default)
            : Undeliverable(batch, _context.Messages.NoTopic, ReasonCode.TopicNameInvalid);
    }

    private static SentBatch Undeliverable(ExportBatch batch, string reason, ReasonCode code) =>
        new(batch, null, ValueTask.FromException(new MqttPublishRefusedException(reason) { ReasonCode = code }));

    private SentBatch Publish(SentBatch sent) => sent.Message is { } message ? new SentBatch(sent.Batch, message, Publish(message)) : sent;

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
            var settled = false;
            try
            {
                settled = await TrySettleAsync(sent, drained);
            }
            finally
            {
                _window.Acknowledged(sent.Bytes);
                _watch.Acknowledged();
            }

            if (!settled)
            {
                _export.Counters.Retried(sent.Batch.Records.Count);
                return; // the rest is sent again from the position on
            }

            _commits.Add(sent.Batch.Next);
        }
    }

    /// <returns>False when the connection or the time ended before the records were done.</returns>
    private async ValueTask<bool> TrySettleAsync(SentBatch sent, CancellationToken drained)
    {
        var acknowledgement = sent.Acknowledgement;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await (acknowledgement.IsCompleted ? acknowledgement : new ValueTask(acknowledgement.AsTask().WaitAsync(drained)));
                NoteAcknowledged(sent.Batch);
                return true;
            }
            catch (Exception exception) when (exception is MqttConnectionException or OperationCanceledException)
            {
                return false;
            }
            catch (MqttPublishRefusedException refusal)
            {
                _answered.TrySetResult();
                if (sent.Batch.Records.Count > 1 && Refusals.Of(refusal) == Refusal.Final)
                {
                    return await TrySettlePartsAsync(sent.Batch, drained);
                }

                if (await TryGiveUpAsync(sent.Batch, refusal, attempt, drained))
                {
                    _context.Progress.MarkDone(new OffsetRange(sent.Batch.First, sent.Batch.Next));
                    return true;
                }
            }

            if (drained.IsCancellationRequested || _connection.Lost.IsCancellationRequested)
            {
                return false;
            }

            _export.Counters.Retried(sent.Batch.Records.Count);
            acknowledgement = sent.Message is { } message ? Publish(message) : sent.Acknowledgement;
        }
    }

    /// <summary>A batch that will never be taken as it is goes in halves, down to the record whose fault it is.</summary>
    private async ValueTask<bool> TrySettlePartsAsync(ExportBatch batch, CancellationToken drained)
    {
        foreach (var half in batch.Halves())
        {
            if (!await TrySettleAsync(Publish(ToSent(half)), drained))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Gives the record up where sending it again is of no use; else waits before that.</summary>
    private async Task<bool> TryGiveUpAsync(ExportBatch batch, MqttPublishRefusedException refusal, int attempt, CancellationToken drained)
    {
        var kind = Refusals.Of(refusal);
        var reason = refusal.Message;
        if (kind == Refusal.Final || (kind == Refusal.Retry && batch.Records.Count == 1 && _context.Suspect.Refused(batch.First) >= _context.Tuning.MaxAttempts))
        {
            if (await _export.TryGiveUpAsync(batch.Records[0], reason) is not { } obstacle)
            {
                _context.Suspect.Cleared();
                _export.Fault = null;
                return true;
            }

            reason = $"{reason} {obstacle}"; // and nothing is lost: it waits
        }

        var delay = _backoff.Next();
        _export.Fault = $"record {batch.First} is refused: {reason}";
        Log.ExportRefused(_export.Logger, _export.Identity.Name, _export.Identity.Stream, batch.First, reason, delay, attempt);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(drained, _connection.Lost);
        await Task.Delay(delay, _export.Clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return false;
    }

    private void NoteAcknowledged(ExportBatch batch)
    {
        _context.Progress.MarkDone(new OffsetRange(batch.First, batch.Next));
        _answered.TrySetResult();
        _connection.NoteUseful();
        _context.Suspect.Cleared();
        _backoff.Reset();
        _export.Fault = null;
        _export.Counters.Acknowledged(batch.Records.Count, batch.Bytes);
    }

    private void OnNotCommitted(long offset, Exception exception) =>
        Log.ExportNotCommitted(_export.Logger, _export.Identity.Name, _export.Identity.Stream, offset, exception);
}
