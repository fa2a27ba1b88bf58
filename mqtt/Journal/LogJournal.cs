using Microsoft.Extensions.Logging;
using Roost.Mqtt.Core;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Retained;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Journal;

/// <summary>
/// The journal in an append-only log. A record is the present state of one thing, or an event that changes it; a thing's record is written
/// anew, at the end, when the log has grown too long before it. So the log is compacted piece by piece, without a snapshot.
/// </summary>
internal sealed partial class LogJournal : ISessionJournal
{
    private const long FailedTicket = ISessionJournal.FailedTicket;
    private const long TooLargeTicket = FailedTicket - 1;
    private const long BehindBytes = 4 * 1024 * 1024; // half of what the log lets wait
    private const long Refused = -1; // in place of an offset
    private const long TooLarge = -2;
    private const int MostBytesOfTargets = 16 * 1024 * 1024; // beside a packet of the largest size: a million sessions

    private readonly MqttOptions _options;
    private readonly TimeProvider _time;
    private readonly LoopClock _clock;
    private readonly Action _wake;
    private readonly ILogger _logger;
    private readonly StorageMetrics? _metrics;
    private readonly RecordBuilder _record = new();
    private readonly LiveRecords _live = new();
    private readonly JournalClock _journalClock;
    private AppendLog? _log;
    private long _lastSessionNumber;
    private int _maxRecordBytes;
    private long _waitingBytes;
    private long _nextTooLargeWarningAt; // on the loop's clock
    private long _durableThrough;

    /// <param name="wake">Ends the loop's wait; any thread.</param>
    public LogJournal(MqttOptions options, TimeProvider time, LoopClock clock, Action wake, StorageMetrics? metrics, ILogger logger, MachineTime? machine = null)
    {
        _journalClock = new JournalClock(time, clock, machine ?? MachineTime.Shared);
        _options = options;
        _time = time;
        _clock = clock;
        _wake = wake;
        _metrics = metrics;
        _logger = logger;
    }

    public JournalSizes Sizes { get; init; } = new();

    /// <summary>Bytes of the log.</summary>
    public long SizeBytes => _log!.SizeBytes;

    /// <summary>Once this is durable, all that has been written down so far is.</summary>
    public long NextTicket => _log!.NextOffset;

    public bool IsBehind => _waitingBytes > BehindBytes;

    public long Save(Session session)
    {
        session.JournalNumber = session.JournalNumber == 0 ? ++_lastSessionNumber : session.JournalNumber;
        _record.Begin(JournalRecord.Session)
            .AddNumber(session.JournalNumber)
            .AddText(session.ClientIdentifier)
            .AddByte((byte)session.Version)
            .AddNumber(session.ExpirySeconds)
            .AddNumber(session.Outbound.Head)
            .AddNumber(session.Outbound.Tail)
            .AddNumber(session.LeftAt is { } left ? _journalClock.At(left).ToUnixTimeMilliseconds() : 0)
            .AddNumber(CountTaken(session));
        foreach (var (identifier, pending) in session.InboundIdentifiers ?? [])
        {
            if (pending is null or { IsTaken: true })
            {
                _record.AddNumber(identifier);
            }
        }

        _record.AddNumber(session.Outbound.Sent);
        AddWill(session.Will);
        AddOwner(session);
        return Append(session, session.Will is { } will ? will.Message.Payload.Span : default);
    }

    public void NoteTime() => SaveClock();

    public long Remove(Session session)
    {
        if (!session.IsJournaled)
        {
            return 0;
        }

        session.HasEnded = true;
        _live.Remove(session);
        return Append(_record.Begin(JournalRecord.SessionEnded).AddNumber(session.JournalNumber), session);
    }

    public long Save(Subscription subscription)
    {
        BeginSubscription(JournalRecord.Subscription, subscription)
            .AddByte((byte)((byte)subscription.MaximumQualityOfService | (subscription.NoLocal ? 4 : 0) | (subscription.RetainAsPublished ? 8 : 0) | (subscription.IsRetainedDue ? 16 : 0)))
            .AddNumber(subscription.Identifier);
        return Append(subscription);
    }

    public long Remove(Subscription subscription)
    {
        if (!subscription.IsJournaled)
        {
            return 0;
        }

        _live.Remove(subscription);
        return Append(BeginSubscription(JournalRecord.SubscriptionEnded, subscription), subscription);
    }

    public void Forget(Subscription subscription) => ForgetEntry(subscription);

    public long Save(StoredMessage message, Session? publisher = null, ushort packetIdentifier = 0)
    {
        WriteMessage(message, publisher, packetIdentifier);
        var ticket = Append(message, message.Payload);
        if (publisher is not null)
        {
            NoteAlso(ticket, publisher);
        }

        return ticket;
    }

    public void Forget(StoredMessage message) => ForgetEntry(message);

    public long Settle(Session session, long head, ReadOnlySpan<long> beyond)
    {
        if (!session.IsJournaled)
        {
            return 0;
        }

        _record.Begin(JournalRecord.Settled).AddNumber(session.JournalNumber).AddNumber(head).AddNumber(beyond.Length);
        foreach (var sequence in beyond)
        {
            _record.AddNumber(sequence - head);
        }

        return Append(_record, session);
    }

    public long HandOn(Session from, long fromSequence, Session to, long toSequence)
    {
        var message = to.Outbound[toSequence].Message!;
        _record.Begin(JournalRecord.HandedOn).AddNumber(from.JournalNumber).AddNumber(fromSequence);
        AddTarget(to, toSequence);
        var ticket = Append(_record, message);
        NoteAlso(ticket, from);
        return ticket;
    }

    public long Release(Session session, long sequence) =>
        Append(_record.Begin(JournalRecord.Released).AddNumber(session.JournalNumber).AddNumber(sequence), session);

    public long TakeInbound(Session session, ushort packetIdentifier) =>
        Append(_record.Begin(JournalRecord.InboundTaken).AddNumber(session.JournalNumber).AddNumber(packetIdentifier), session);

    public long ReleaseInbound(Session session, ushort packetIdentifier) =>
        Append(_record.Begin(JournalRecord.InboundReleased).AddNumber(session.JournalNumber).AddNumber(packetIdentifier), session);

    public long RemoveRetained(byte[] topic) => Append(_record.Begin(JournalRecord.RetainedRemoved).AddBytes(topic), topic);

    public void EndGathering() => _log?.EndGathering();

    public async ValueTask DisposeAsync()
    {
        if (_log is not null)
        {
            await _log.DisposeAsync();
        }
    }

    private long SaveClock()
    {
        _journalClock.Write(_record);
        return Append(_journalClock);
    }

    private void WriteMessage(StoredMessage message, Session? publisher, ushort packetIdentifier)
    {
        var expires = message.ExpiresAt != long.MaxValue;
        _record.Begin(JournalRecord.Message)
            .AddByte((byte)((byte)message.QualityOfService | (message.IsRetained ? 4 : 0) | (expires ? 8 : 0) | (publisher is null ? 0 : 16)
                | (message.Retention is { HasEnded: false, IsStrangers: true } ? 32 : 0)));
        if (expires)
        {
            _record.AddNumber(_journalClock.At(message.ExpiresAt).ToUnixTimeMilliseconds());
        }

        if (message.Retention is { HasEnded: false } retention)
        {
            _record.AddNumber(retention.Since.ToUnixTimeMilliseconds());
        }

        if (publisher is not null)
        {
            _record.AddNumber(publisher.JournalNumber).AddNumber(packetIdentifier);
        }

        _record.AddBytes(message.Topic).AddBytes(message.Properties);
        foreach (var target in message.Targets)
        {
            AddTarget(message, target);
        }
    }

    private static int CountTaken(Session session)
    {
        var count = 0;
        foreach (var pending in session.InboundIdentifiers?.Values ?? Enumerable.Empty<PendingAcknowledgement?>())
        {
            count += pending is null or { IsTaken: true } ? 1 : 0;
        }

        return count;
    }

    /// <summary>Its payload is the record's.</summary>
    private void AddWill(Will? will)
    {
        if (will is null)
        {
            _record.AddByte(0);
            return;
        }

        var counter = default(PacketWriter);
        PublishProperties.Write(ref counter, will.Message.Properties);
        var properties = new byte[counter.Position];
        var writer = new PacketWriter(properties);
        PublishProperties.Write(ref writer, will.Message.Properties);
        _record.AddByte((byte)((byte)will.Message.QualityOfService | (will.Message.Retain ? 4 : 0) | 8))
            .AddNumber(will.DelaySeconds)
            .AddNumber(will.PatienceMilliseconds)
            .AddText(will.Message.Topic.Value)
            .AddBytes(properties)
            .AddText(will.Credential ?? "");
    }

    private void AddOwner(Session session)
    {
        if (!session.IsOwnerKnown)
        {
            _record.AddByte(0);
        }
        else if (session.Identity is not { } identity)
        {
            _record.AddByte(1);
        }
        else
        {
            _record.AddByte(2).AddText(identity);
        }
    }

    private void AddTarget(StoredMessage message, StoredMessage.Target target)
    {
        if (message.IsOpen(target))
        {
            AddTarget(target.Session, target.Sequence);
        }
    }

    private void AddTarget(Session session, long sequence)
    {
        ref readonly var entry = ref session.Outbound[sequence];
        var identifiers = session.Outbound.IdentifiersOf(sequence) ?? [];
        _record.AddNumber(session.JournalNumber)
            .AddNumber(sequence)
            .AddByte((byte)((byte)entry.QualityOfService
                | (entry.Has(OutboundQueue.EntryFlags.Retain) ? 4 : 0)
                | (entry.Has(OutboundQueue.EntryFlags.Released) ? 8 : 0)))
            .AddNumber(identifiers.Length);
        foreach (var identifier in identifiers)
        {
            _record.AddNumber(identifier);
        }
    }

    private RecordBuilder BeginSubscription(JournalRecord record, Subscription subscription) => _record.Begin(record)
        .AddNumber(subscription.Session!.JournalNumber)
        .AddText(subscription.TopicFilter.Value)
        .AddText(subscription.ShareName ?? "");

    /// <param name="what">What the record is about, to be written anew as it then is when the record is refused.</param>
    private long Append(RecordBuilder record, object what)
    {
        var offset = Append(record.Bytes, [], what);
        return offset < 0 ? RefusedTicket(offset) : offset + 1;
    }

    private void ForgetEntry(JournalEntry entry)
    {
        _live.Remove(entry);
        if (entry.IsRefused)
        {
            entry.IsRefused = false;
            _refused.Remove(entry);
        }
    }

    private long Append(JournalEntry entry, ReadOnlySpan<byte> payload = default)
    {
        var offset = Append(_record.Bytes, payload, entry);
        if (offset == TooLarge)
        {
            return TooLargeTicket; // the record that it has stays: it is nearer to the truth than none
        }

        if (offset < 0)
        {
            _live.Remove(entry);
            return FailedTicket;
        }

        entry.IsRefused = false;
        _live.MoveToEnd(entry, offset, _record.Bytes.Length + payload.Length);
        return offset + 1;
    }

    private static long RefusedTicket(long offset) => offset == TooLarge ? TooLargeTicket : FailedTicket;

    /// <returns>The offset; <see cref="Refused"/> or <see cref="TooLarge"/> when the log does not take it.</returns>
    private long Append(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, object what)
    {
        if ((long)header.Length + payload.Length > _maxRecordBytes)
        {
            WarnOfTooLarge((long)header.Length + payload.Length);
            return TooLarge;
        }

        if (IsBroken && !_isRepairing)
        {
            NoteRefused(what);
            return Refused;
        }

        try
        {
            var offset = _log!.Append([], header, payload);
            _waitingBytes += header.Length + payload.Length;
            _sinceHousekeeping += header.Length + payload.Length;
            _underWay.Enqueue((offset, what));
            return offset;
        }
        catch (Exception exception) when (exception is LogFullException or LogFailedException)
        {
            Break(_log!.NextOffset, exception);
            NoteRefused(what);
            return Refused;
        }
    }

    /// <summary>At most once in ten seconds: whoever made it so large may ask for it again and again.</summary>
    private void WarnOfTooLarge(long bytes)
    {
        if (_clock.Now >= _nextTooLargeWarningAt)
        {
            _nextTooLargeWarningAt = _clock.Now + 10_000;
            Log.JournalRecordTooLarge(_logger, bytes, _maxRecordBytes);
        }
    }
}
