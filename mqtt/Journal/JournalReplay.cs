using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Journal;

/// <summary>
/// Puts the state together from the records of a log, oldest first. Any record may have lost those before it, and a thing may stand in
/// several: the last one counts.
/// </summary>
internal sealed class JournalReplay(JournalClock clock, long loopNow)
{
    private readonly Dictionary<long, ReplayedSession> _sessions = [];
    private readonly Dictionary<byte[], StoredMessage> _retained = new(Utf8Comparer.Instance);
    private readonly List<(JournalEntry Entry, long Offset, int Bytes)> _entries = [];

    public long LastSessionNumber { get; private set; }

    /// <summary>What was read, in the order of its records, also what is not alive any more.</summary>
    public IReadOnlyList<(JournalEntry Entry, long Offset, int Bytes)> Entries => _entries;

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
                if (_retained.Remove(parser.ReadBytes().ToArray(), out var removed))
                {
                    removed.IsRetained = false;
                }

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
        foreach (var (entry, _, _) in _entries)
        {
            if (entry is StoredMessage { ExpiresAt: not long.MaxValue } message)
            {
                message.ExpiresAt += loopNow - now.ToUnixTimeMilliseconds();
            }
        }

        foreach (var replayed in _sessions.Values)
        {
            if (replayed.IsAlive)
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
    }

    public bool IsAlive(JournalEntry entry) => entry switch
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
                before.IsEnded = true;
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
                session.IsEnded = true;
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
                if (session.TryHandOn(parser.ReadNumber(), out var message))
                {
                    Find(parser.ReadNumber()).TakeTarget(ref parser, message);
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

        var message = new StoredMessage
        {
            Topic = parser.ReadBytes().ToArray(),
            Properties = parser.ReadBytes().ToArray(),
            Payload = record.Payload.ToArray(),
            QualityOfService = (QualityOfService)(flags & 3),
            ExpiresAt = expiresAt,
            IsRetained = (flags & 4) != 0,
            RetainedAt = retainedAt,
        };
        if (message.IsRetained)
        {
            if (_retained.Remove(message.Topic, out var before))
            {
                before.IsRetained = false;
            }

            _retained.Add(message.Topic, message);
        }

        while (!parser.AtEnd)
        {
            Find(parser.ReadNumber()).TakeTarget(ref parser, message);
        }

        Note(message, record);
    }

    private ReplayedSession Find(long number)
    {
        LastSessionNumber = Math.Max(LastSessionNumber, number);
        if (!_sessions.TryGetValue(number, out var session))
        {
            _sessions.Add(number, session = new ReplayedSession(number));
        }

        return session;
    }

    private void Note(JournalEntry entry, in LogRecord record)
    {
        entry.Offset = record.Offset;
        _entries.Add((entry, record.Offset, record.Headers.Length + record.Payload.Length));
    }
}
