using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Upstream;

namespace Roost.Streams.Export;

/// <summary>
/// One export on one connection: a sender that reads and publishes in order, and an acknowledger that awaits the answers in the same
/// order and notes the position. The window between them is bounded.
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
    private long _headSentAt;
    private bool _anyAcknowledged;

    public MqttExportSession(MqttExportContext context, ExportPosition position, SuspectRecord suspect, UplinkConnection connection, Action? committed)
    {
        _context = context;
        _services = context.Services;
        _position = position;
        _suspect = suspect;
        _connection = connection;
        var records = suspect.SendAlone ? 1 : context.MaxInflight;
        _window = new ExportWindow(records, _services.Tuning.MaxInflightBytes);
        _watch = new AcknowledgeWatch(connection, _services.AcknowledgeTimeout, _services.Clock);
        _backoff = new JitteredBackoff(_services.Tuning.RetryFirst, _services.Tuning.RetryMax, _services.Clock, Random.Shared);
        _commits = new GroupedCommits(position.Cursor, records, OnCommitted, OnNotCommitted, _services.Clock);

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
        using var settled = CancellationTokenSource.CreateLinkedTokenSource(drain.Token, _connection.Lost);
        _position.Rewind();
        var sending = SendAsync(ended.Token);
        await AcknowledgeAsync(settled.Token);
        await ended.CancelAsync();
        await sending;

        if (!stoppingToken.IsCancellationRequested && !_anyAcknowledged && _headSentAt != 0) // so it was the connection that ended
        {
            _suspect.ConnectionEnded(_position.Next, _services.Clock.GetElapsedTime(_headSentAt));
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
                    Send(records[i]);
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

    private void Send(in StreamRecord record)
    {
        if (_headSentAt == 0)
        {
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
        if (_suspect.IsGuilty(record.Offset))
        {
            return Undeliverable(record, $"the server closed the connection {_services.Tuning.MaxAttempts} times when it got this record alone", ReasonCode.PayloadFormatInvalid);
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
    private async Task AcknowledgeAsync(CancellationToken settled)
    {
        await foreach (var sent in _sent.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                if (!await TrySettleAsync(sent, settled))
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
    private async ValueTask<bool> TrySettleAsync(SentRecord sent, CancellationToken settled)
    {
        var acknowledgement = sent.Acknowledgement;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await (acknowledgement.IsCompleted ? acknowledgement : new ValueTask(acknowledgement.AsTask().WaitAsync(settled)));
                NoteAcknowledged();
                return true;
            }
            catch (Exception exception) when (exception is MqttConnectionException or OperationCanceledException)
            {
                return false;
            }
            catch (MqttPublishRefusedException refusal)
            {
                if (await TryGiveUpAsync(sent, refusal, attempt, settled))
                {
                    return true;
                }
            }

            if (settled.IsCancellationRequested)
            {
                return false;
            }

            _context.Counters.Retried();
            acknowledgement = sent.Message is { } message ? Publish(message) : sent.Acknowledgement;
        }
    }

    /// <summary>Moves the record to <c>$dead</c> where sending it again is of no use; else waits before that.</summary>
    private async Task<bool> TryGiveUpAsync(SentRecord sent, MqttPublishRefusedException refusal, int attempt, CancellationToken settled)
    {
        var kind = Refusals.Of(refusal);
        var reason = refusal.Message;
        if (kind == Refusal.Final || (kind == Refusal.Retry && attempt >= _services.Tuning.MaxAttempts))
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
        await Task.Delay(delay, _services.Clock, settled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
        _suspect.Acknowledged();
        _context.SetFault(null);
        return null;
    }

    private void NoteAcknowledged()
    {
        _anyAcknowledged = true;
        _connection.NoteUseful();
        _suspect.Acknowledged();
        _backoff.Reset();
        _context.SetFault(null);
        _context.Counters.Acknowledged();
    }

    private void OnNotCommitted(long offset, Exception exception) =>
        Log.ExportNotCommitted(_services.Logger, _context.Identity.Name, _context.Identity.Stream, offset, exception);
}
