using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Journal;

/// <summary>
/// Puts the state together from the records of a log, oldest first. Any record may have lost those before it, and a thing may stand in
/// several: the last one counts.
/// </summary>
/// <param name="live">Gets what was read in the order of its last records; <see cref="Finish"/> leaves what is alive.</param>
internal sealed class JournalReplay(JournalClock clock, LiveRecords live, long loopNow)
{
    private readonly Dictionary<long, ReplayedSession> _sessions = [];
    private readonly Dictionary<byte[], StoredMessage> _retained = new(Utf8Comparer.Instance);
    private readonly HashSet<byte[]> _topics = new(Utf8Comparer.Instance);
    private byte[] _lastTopic = [];
    private ReplayedSession? _lastSession;
    private bool _hasExpiring;

    public long LastSessionNumber { get; private set; }

    public void Take(in LogRecord record)
    {
        var parser = new RecordParser(record.Headers.Span);
        switch (parser.Record)
        {
            case JournalRecord.Message:
                TakeMessage(ref parser, record);
                break;
            case JournalRecord.Clock:
                clock.Take(ref parser);
                Note(clock, record);
                break;
            case JournalRecord.RetainedRemoved:
                EndRetention(parser.ReadBytes().ToArray());
                break;
            default:
                TakeOfSession(ref parser, record);
                break;
        }
    }

    public void Finish(IRestoredState state)
    {
        EndSuperseded();
        clock.Continue();
        var now = clock.Now;
        var sinceLoop = loopNow - now.ToUnixTimeMilliseconds();
        for (var entry = _hasExpiring ? live.Oldest : null; entry is not null; entry = entry.Newer)
        {
            if (entry is StoredMessage { ExpiresAt: not long.MaxValue } message)
            {
                message.ExpiresAt += sinceLoop;
            }
        }

        foreach (var replayed in _sessions.Values)
        {
            if (!replayed.IsAlive)
            {
                replayed.End();
            }
            else
            {
                replayed.Finish();
                var session = replayed.Session;
                state.RestoreSession(session, replayed.LeftAt is { } left ? Max(now - left, TimeSpan.Zero) : null);
                foreach (var subscription in replayed.Subscriptions.Values.Where(_ => session.IsDurable))
                {
                    state.RestoreSubscription(subscription);
                }
            }
        }

        foreach (var message in _retained.Values)
        {
            state.RestoreRetained(message);
        }

        LeaveAlive();
    }

    private void LeaveAlive()
    {
        for (var (entry, newer) = (live.Oldest, live.Oldest?.Newer); entry is not null; (entry, newer) = (newer, newer?.Newer))
        {
            if (!IsAlive(entry))
            {
                live.Remove(entry);
            }
        }
    }

    private bool IsAlive(JournalEntry entry) => entry switch
    {
        JournalClock => true,
        StoredMessage message => message.IsRetained || message.Waiting > 0,
        Subscription { Session.JournalNumber: var number } subscription =>
            _sessions[number] is { IsAlive: true, Session.IsDurable: true } session && session.Subscriptions.ContainsValue(subscription),
        _ => _sessions[((Session)entry).JournalNumber].IsAlive,
    };

    /// <summary>Where a full disk refused the end of a session, and a kill came in the middle of the repair, its successor says it.</summary>
    private void EndSuperseded()
    {
        var last = new Dictionary<string, ReplayedSession>();
        foreach (var (_, replayed) in _sessions.Where(static session => session.Value.IsAlive).OrderBy(static session => session.Key))
        {
            if (last.TryGetValue(replayed.Session.ClientIdentifier, out var before))
            {
                before.End();
            }

            last[replayed.Session.ClientIdentifier] = replayed;
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void TakeOfSession(ref RecordParser parser, in LogRecord record)
    {
        var session = Find(parser.ReadNumber());
        switch (parser.Record)
        {
            case JournalRecord.Session:
                Note(session.TakeSession(ref parser, record.Payload.Span), record);
                break;
            case JournalRecord.SessionEnded:
                session.End();
                break;
            case JournalRecord.Subscription:
                Note(session.TakeSubscription(ref parser), record);
                break;
            case JournalRecord.SubscriptionEnded:
                session.Subscriptions.Remove((parser.ReadText(), parser.ReadText()));
                break;
            case JournalRecord.Settled:
                session.TakeSettled(ref parser);
                break;
            case JournalRecord.Released:
                session.Released.Add(parser.ReadNumber());
                break;
            case JournalRecord.HandedOn:
                var handedOn = parser.ReadNumber();
                if (session.TryHandOn(handedOn, out var message))
                {
                    Find(parser.ReadNumber()).TakeTarget(ref parser, message);
                    session.Settle(handedOn);
                }

                break; // else the message's own record, which was written anew, comes later
            case JournalRecord.InboundTaken:
                session.Inbound.Add((ushort)parser.ReadNumber());
                break;
            case JournalRecord.InboundReleased:
                session.Inbound.Remove((ushort)parser.ReadNumber());
                break;
            default:
                throw RecordParser.Foreign();
        }
    }

    private void TakeMessage(ref RecordParser parser, in LogRecord record)
    {
        var flags = parser.ReadByte();
        var expiresAt = (flags & 8) != 0 ? parser.ReadNumber() : long.MaxValue; // in the journal's time, until all is read
        var retainedAt = (flags & 4) == 0 ? default : parser.Version == 1 ? record.Timestamp : DateTimeOffset.FromUnixTimeMilliseconds(parser.ReadNumber());
        if ((flags & 16) != 0)
        {
            Find(parser.ReadNumber()).Inbound.Add((ushort)parser.ReadNumber());
        }

        var topic = Share(parser.ReadBytes());
        var message = new StoredMessage(topic, parser.ReadBytes(), record.Payload.Span)
        {
            QualityOfService = (QualityOfService)(flags & 3),
            ExpiresAt = expiresAt,
            Retention = (flags & 4) != 0 ? new Retention(retainedAt, (flags & 32) != 0) : null,
        };
        _hasExpiring |= expiresAt != long.MaxValue;
        if (message.IsRetained)
        {
            EndRetention(topic);
            _retained.Add(topic, message);
        }

        while (!parser.AtEnd)
        {
            Find(parser.ReadNumber()).TakeTarget(ref parser, message);
        }

        if (message.Waiting > 0 || message.IsRetained)
        {
            Note(message, record);
        }
    }

    /// <summary>The topic's retained message is no more.</summary>
    private void EndRetention(byte[] topic)
    {
        if (_retained.Remove(topic, out var before))
        {
            before.Retention!.HasEnded = true;
            if (before.Waiting == 0)
            {
                live.Remove(before);
            }
        }
    }

    /// <summary>One array for all messages of a topic.</summary>
    private byte[] Share(ReadOnlySpan<byte> topic)
    {
        if (topic.SequenceEqual(_lastTopic))
        {
            return _lastTopic;
        }

        var topics = _topics.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!topics.TryGetValue(topic, out var shared))
        {
            _topics.Add(shared = topic.ToArray());
        }

        return _lastTopic = shared;
    }

    private ReplayedSession Find(long number)
    {
        if (_lastSession?.Session.JournalNumber == number)
        {
            return _lastSession;
        }

        LastSessionNumber = Math.Max(LastSessionNumber, number);
        if (!_sessions.TryGetValue(number, out var session))
        {
            _sessions.Add(number, session = new ReplayedSession(number, live));
        }

        return _lastSession = session;
    }

    private void Note(JournalEntry entry, in LogRecord record) =>
        live.MoveToEnd(entry, record.Offset, record.Headers.Length + record.Payload.Length);
}
