using System.Collections.Concurrent;
using Roost.Mqtt.Retained;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Journal;

/// <summary>
/// When the log refuses records (a full disk), the journal is broken: what it says is not what memory holds. It then takes nothing, so
/// that nothing is promised, and remembers whom the lost records were about. Repair writes those down as they are by then.
/// </summary>
/// <remarks>
/// A record may rest on one before it (a subscription on its session). So with the first that is refused all later ones count as refused,
/// also those that the log did take; to write these again does no harm.
/// </remarks>
internal sealed partial class LogJournal
{
    private const long ShortestProbePause = 1000; // milliseconds
    private const long LongestProbePause = 16_000;

    private readonly Queue<(long Offset, object What)> _underWay = new(); // neither durable nor refused
    private readonly HashSet<object> _refused = new(ReferenceEqualityComparer.Instance); // sessions, subscriptions, messages, topics (byte[])
    private readonly List<(long First, long Next, Exception Reason)> _refusals = []; // since the journal was last whole
    private readonly ConcurrentQueue<(long First, Exception Reason)> _newRefusals = new(); // from the committer to the loop
    private Exception? _lastFailure;
    private readonly InvalidDataException _tooLarge = new("There is more to write down for it than a record holds.");
    private volatile MqttJournalFault? _fault;
    private bool _isRepairing;
    private bool _isReported;
    private long _probeAt; // on the loop's clock
    private long _probePause = ShortestProbePause;
    private long _probe; // ticket of the one record that shows whether there is room; 0: none is under way
    private long _wholeThrough; // ticket of the repair's last record; 0: not repaired
    private long _neverWrittenAbove; // sessions with a higher number have no record at all

    /// <inheritdoc/>
    /// <remarks>A ticket is an offset and one. Stays as it is within a turn, so that it never runs ahead of the refusals known.</remarks>
    public long DurableThrough => _options.Durability == Storage.Durability.Memory ? _log!.NextOffset : _durableThrough;

    public bool IsBroken { get; private set; }

    public MqttJournalFault? Fault => _fault;

    public Exception? FailureOf(long ticket)
    {
        if (ticket == FailedTicket)
        {
            return _lastFailure;
        }

        if (ticket == TooLargeTicket)
        {
            return _tooLarge;
        }

        foreach (var (first, next, reason) in _refusals)
        {
            if (ticket - 1 >= first && ticket - 1 < next)
            {
                return reason;
            }
        }

        return null;
    }

    public void Repair(RetainedMessages retained)
    {
        if (IsBehind || (_probe == 0 ? _clock.Now < _probeAt : _probe > DurableThrough))
        {
            return;
        }

        _neverWrittenAbove = _lastSessionNumber;
        _isRepairing = true;
        try
        {
            WriteRefused(retained);
        }
        finally
        {
            _isRepairing = false;
        }
    }

    /// <summary>First one record, to see whether there is room; when it is durable, all others.</summary>
    private void WriteRefused(RetainedMessages retained)
    {
        var isProbe = _probe == 0;
        foreach (var what in _refused.ToArray())
        {
            _refused.Remove(what);
            var ticket = WriteAsItIs(what, retained);
            if (ticket == FailedTicket)
            {
                return; // broken anew: it is among the refused again
            }

            if (ticket == TooLargeTicket)
            {
                continue; // there is no room for it at any time
            }

            _wholeThrough = Math.Max(_wholeThrough, ticket);
            if (isProbe && ticket > 0)
            {
                _probe = ticket;
                return;
            }

            if (IsBehind)
            {
                return; // goes on in a later turn
            }
        }

        // From here on the log has all, in order. Should it refuse some of it yet, everything behind that is refused too.
        IsBroken = false;
        _probe = 0;
    }

    /// <returns>The ticket; 0 when there is nothing to say any more.</returns>
    private long WriteAsItIs(object what, RetainedMessages retained)
    {
        switch (what)
        {
            case Session { HasEnded: true } ended:
                ended.IsRefused = false;
                return Append(_record.Begin(JournalRecord.SessionEnded).AddNumber(ended.JournalNumber), ended);
            case Session session:
                return SaveWithProgress(session);
            case Subscription subscription:
                return SaveOrRemove(subscription);
            case JournalClock:
                return SaveClock();
            case StoredMessage { IsRetained: false, Waiting: 0 } message:
                message.IsRefused = false;
                return 0;
            case StoredMessage message:
                return Save(message);
            default:
                var topic = (byte[])what;
                return retained.Find(topic) is null ? RemoveRetained(topic) : 0; // else its message's record says enough
        }
    }

    /// <summary>The session, and what of its messages is settled or released beyond what their records say.</summary>
    private long SaveWithProgress(Session session)
    {
        var ticket = Save(session);
        var queue = session.Outbound;
        var beyond = new List<long>();
        for (var sequence = queue.Head; sequence < queue.Tail && ticket != FailedTicket; sequence++)
        {
            if (queue[sequence].Has(OutboundQueue.EntryFlags.Settled))
            {
                beyond.Add(sequence);
            }
            else if (queue[sequence].Has(OutboundQueue.EntryFlags.Released))
            {
                ticket = Release(session, sequence);
            }
        }

        return ticket == FailedTicket ? ticket : Settle(session, queue.Head, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(beyond));
    }

    private long SaveOrRemove(Subscription subscription)
    {
        subscription.IsRefused = false;
        var session = subscription.Session!;
        if (session.HasEnded)
        {
            return 0;
        }

        if (!session.Subscriptions.TryGetValue(subscription.Name, out var current))
        {
            return Append(BeginSubscription(JournalRecord.SubscriptionEnded, subscription), subscription);
        }

        return ReferenceEquals(current, subscription) ? Save(subscription) : 0; // another has taken its place, and has its own record
    }

    /// <summary>Takes note of what is durable, and first of what is refused.</summary>
    /// <returns>True once when the journal is whole again.</returns>
    private bool LearnOutcome()
    {
        var durable = _log!.DurableOffset; // read before the refusals, which the log tells before it goes beyond them
        while (_newRefusals.TryDequeue(out var refusal))
        {
            Break(refusal.First, refusal.Reason);
        }

        _durableThrough = durable;
        while (_underWay.TryPeek(out var oldest) && oldest.Offset < durable)
        {
            _underWay.Dequeue();
        }

        if (IsBroken || _wholeThrough == 0 || durable < _wholeThrough)
        {
            return false;
        }

        _wholeThrough = 0;
        _refusals.Clear();
        _fault = null;
        _isReported = false;
        _probePause = ShortestProbePause;
        Log.JournalRepaired(_logger);
        return true;
    }

    /// <param name="first">Offset from which on nothing counts as written.</param>
    private void Break(long first, Exception reason)
    {
        if (!_isReported)
        {
            _isReported = true;
            Log.JournalFailed(_logger, reason);
        }

        IsBroken = true;
        _probeAt = _clock.Now + _probePause;
        _probePause = Math.Min(2 * _probePause, LongestProbePause);
        _lastFailure = reason;
        _fault = new MqttJournalFault(_fault?.Since ?? _time.GetUtcNow(), reason.Message);
        _probe = 0;
        _wholeThrough = 0;
        _trimTo = -1; // what was to take the place of older records may be lost
        _copyBelow = 0;
        _neverWrittenAbove = _lastSessionNumber;
        var from = first;
        if (_refusals.Count > 0 && first <= _refusals[^1].Next)
        {
            from = _refusals[^1].First; // another attempt on a disk that is still full
            _refusals.RemoveAt(_refusals.Count - 1);
        }

        _refusals.Add((from, _log!.NextOffset, reason));
        for (var count = _underWay.Count; count > 0; count--)
        {
            var (offset, what) = _underWay.Dequeue();
            if (offset < first)
            {
                _underWay.Enqueue((offset, what));
            }
            else
            {
                NoteRefused(what);
            }
        }
    }

    private void NoteRefused(object what)
    {
        if (what is Session { HasEnded: true } ended && ended.JournalNumber > _neverWrittenAbove)
        {
            _refused.Remove(ended); // it came and went while nothing was written
            return;
        }

        if (what is JournalEntry entry)
        {
            _live.Remove(entry);
            entry.IsRefused = true;
        }

        _refused.Add(what);
    }

    private void NoteAlso(long ticket, Session session)
    {
        if (ticket == FailedTicket)
        {
            NoteRefused(session);
        }
        else if (ticket != TooLargeTicket)
        {
            _underWay.Enqueue((ticket - 1, session));
        }
    }
}
