using Microsoft.Extensions.Logging;
using Roost.Mqtt.Client.Queue;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Client;

/// <summary>
/// Messages on their way to a server that may be away for days: accepted once they are durable, sent in order over any
/// <see cref="MqttClient"/>, forgotten when the server has acknowledged them. At least once, over crashes and reconnects of either side.
/// </summary>
/// <remarks>
/// Opening reads only the end of the log, however much waits. One <see cref="SendAsync"/> at a time; everything else from any thread. A
/// bridge opens one queue for each direction and server; several writers may share it.
/// </remarks>
public sealed class MqttOutgoingQueue : IAsyncDisposable
{
    private const string CursorName = "sent";

    private readonly MqttOutgoingQueueOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly AppendLog _log;
    private readonly LogCursor _cursor;
    private readonly QueueCounters _counters;
    private int _sending;

    private MqttOutgoingQueue(AppendLog log, MqttOutgoingQueueOptions options, TimeProvider clock, ILogger logger)
    {
        _options = options;
        _clock = clock;
        _logger = logger;
        _log = log;
        _cursor = log.OpenCursor(CursorName, log.FirstOffset);
        _counters = new QueueCounters(_cursor.Committed);
    }

    /// <summary>
    /// Called, and awaited, for each message that the server will never take, or has refused five times for an unclear reason (not
    /// authorized, unspecified), before it leaves the queue: for a place where such messages are kept. An exception of it ends
    /// <see cref="SendAsync"/>, and the message stays. Null: the first kind is logged and counted, the second tried for ever.
    /// </summary>
    public Func<MqttMessage, MqttPublishRefusedException, CancellationToken, ValueTask>? MessageRefused { get; set; }

    public MqttOutgoingQueueStatus Status => _counters.ToStatus(_log);

    /// <summary>The offset of the first message that is not settled yet.</summary>
    public long Position => Math.Max(_counters.Settled, _log.FirstOffset);

    /// <exception cref="ArgumentException">Options are out of bounds; the message names them all.</exception>
    /// <exception cref="CorruptLogException">What was accepted is damaged.</exception>
    /// <exception cref="IOException">The folder is in use, or cannot be read or written.</exception>
    public static MqttOutgoingQueue Open(
        string folder, MqttOutgoingQueueOptions options, TimeProvider clock, ILogger logger, StorageMetrics? metrics = null)
    {
        if (string.Join(' ', options.Faults()) is { Length: > 0 } faults)
        {
            throw new ArgumentException(faults, nameof(options));
        }

        var logOptions = new AppendLogOptions
        {
            Durability = options.Durability,
            MaxRecordBytes = options.MaxMessageBytes,
            Retention = new LogRetention(Bytes: options.MaxBytes),
            Full = options.Full,
        };
        return new MqttOutgoingQueue(AppendLog.Open(folder, logOptions, clock, logger, metrics), options, clock, logger);
    }

    /// <summary>Accepts a message: completes once it is as durable as the options say. Many at once share one write.</summary>
    /// <remarks>
    /// The order is that of the calls. The message is copied before this returns. A Message Expiry Interval runs from here on, by the wall clock;
    /// MQTT 3.1.1 servers do not see it, but the queue keeps it.
    /// </remarks>
    /// <exception cref="MqttQueueFullException">There is no room, or 32 MiB wait for the disk.</exception>
    /// <exception cref="LogFailedException">The disk has failed; the queue must be opened again.</exception>
    /// <exception cref="ArgumentException">The message has QoS 0, or is larger than <see cref="MqttOutgoingQueueOptions.MaxMessageBytes"/>.</exception>
    public async ValueTask EnqueueAsync(MqttMessage message, CancellationToken cancellationToken = default)
    {
        if (message.QualityOfService == QualityOfService.AtMostOnce)
        {
            throw new ArgumentException("A message of QoS 0 has no acknowledgement to wait for; use QoS 1 or 2, or publish it without a queue.", nameof(message));
        }

        if (_options is { Full: LogFullPolicy.Reject, MaxMessages: { } most } && _log.NextOffset - Position >= most)
        {
            throw new MqttQueueFullException(_log.Folder, $"{most} messages wait.");
        }

        try
        {
            await _log.WaitDurableAsync(_log.Append(QueueRecord.KeyOf(message), QueueRecord.HeadersOf(message), message.Payload.Span), cancellationToken);
        }
        catch (LogFullException exception)
        {
            throw new MqttQueueFullException(_log.Folder, exception.Message, exception);
        }

        _counters.Accept();
    }

    /// <summary>
    /// Sends what waits, and what comes, until <paramref name="cancellationToken"/> ends it. The client may have other uses, and
    /// may be connected or not; closing it is its owner's. Sending again, with this client or another, goes on after what was acknowledged.
    /// </summary>
    /// <remarks>
    /// A message that the server refuses for now (quota, rate) is tried again, with growing delays, and those sent behind it are
    /// repeated; one that it refuses for good goes to <see cref="MessageRefused"/>. First copies arrive in order otherwise.
    /// </remarks>
    /// <exception cref="MqttConnectionException">The client was closed, or has lost a connection that it does not make again.</exception>
    /// <exception cref="InvalidDataException">A record was written by a later version of Roost.</exception>
    /// <exception cref="CorruptLogException">What was accepted is damaged.</exception>
    /// <exception cref="InvalidOperationException">Another call is sending.</exception>
    public Task SendAsync(MqttClient client, CancellationToken cancellationToken) => SendAsync(client.PublishAsync, firstAlone: false, cancellationToken);

    /// <inheritdoc cref="SendAsync(MqttClient, CancellationToken)"/>
    /// <param name="publish">As <see cref="MqttClient.PublishAsync"/>, whose exceptions it throws.</param>
    /// <param name="firstAlone">Nothing is sent behind the first message before it is answered.</param>
    public async Task SendAsync(Func<MqttMessage, CancellationToken, ValueTask> publish, bool firstAlone, CancellationToken cancellationToken)
    {
        using var turn = TakeTurn();
        await using var position = new QueuePosition(_log, _cursor, _options, _clock, _logger);
        await new QueueSender(_log, position, publish, _options, _counters, _clock, _logger, MessageRefused).RunAsync(firstAlone, cancellationToken);
    }

    /// <summary>Gives the first message up that is not settled, over which a server hangs up: <see cref="MessageRefused"/> is called for it, then it leaves the queue.</summary>
    /// <exception cref="InvalidOperationException">A call is sending.</exception>
    public async Task GiveUpFirstAsync(string reason, CancellationToken cancellationToken)
    {
        using var turn = TakeTurn();
        await using var position = new QueuePosition(_log, _cursor, _options, _clock, _logger);
        using var reader = _log.OpenReader(position.Next);
        var record = (await reader.ReadAsync(1, _options.MaxMessageBytes, cancellationToken))[0];
        var refusal = new MqttPublishRefusedException(reason) { ReasonCode = ReasonCode.PayloadFormatInvalid };
        _logger.QueueMessageRefused(_log.Folder, record.Offset, reason);
        if (MessageRefused is { } keep && QueueRecord.Read(record, _log.Folder, _clock.GetUtcNow()) is { } message)
        {
            await keep(message, refusal, cancellationToken);
        }

        _counters.Refuse();
        position.Advance(record.Offset + 1);
        _counters.Settle(record.Offset + 1);
    }

    /// <summary>End <see cref="SendAsync"/> first.</summary>
    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private Turn TakeTurn() => Interlocked.Exchange(ref _sending, 1) == 0
        ? new Turn(this)
        : throw new InvalidOperationException($"The queue {_log.Folder} is being sent already.");

    private sealed class Turn(MqttOutgoingQueue queue) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref queue._sending, 0);
    }
}
