using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Journal;

/// <summary>
/// Keeps the log short: what lies before the oldest live record is trimmed, and when too little of the log is alive, its oldest live
/// records are written anew at the end, some in each turn, until the part before them can go.
/// </summary>
internal sealed partial class LogJournal
{
    private const int DeadPerLive = 3; // a byte that stays is copied once while three others are written

    private const long BusyClockMilliseconds = 60_000;
    private const long QuietClockMilliseconds = 600_000;

    private long _sinceHousekeeping;
    private long _copyBelow; // records below this offset are being written anew
    private long _trimTo = -1; // once what was copied from below it is durable
    private long _trimWhenDurable;

    public bool Maintain()
    {
        var isWholeAgain = LearnOutcome();
        if (_waitingBytes > 0)
        {
            _waitingBytes = _log!.PendingBytes;
        }

        NoteTimeWhenDue();
        if (_sinceHousekeeping >= Sizes.HousekeepingEveryBytes && !IsBroken)
        {
            KeepShort();
        }

        return isWholeAgain;
    }

    private void KeepShort()
    {
        Trim();
        if (_live.Oldest?.Offset >= _copyBelow && _log!.SizeBytes > Math.Max(Sizes.LeastLogBytes, (1 + DeadPerLive) * _live.Bytes))
        {
            _copyBelow = _log!.NextOffset;
        }

        if (!Copy())
        {
            _sinceHousekeeping = 0; // nothing more to copy for now
        }
    }

    private void Trim()
    {
        if (_trimTo >= 0 && _durableThrough >= _trimWhenDurable)
        {
            _log!.TrimTo(_trimTo);
            _trimTo = -1;
        }

        if (_trimTo < 0)
        {
            _trimTo = _live.Oldest?.Offset ?? _log!.NextOffset;
            _trimWhenDurable = _log!.NextOffset;
        }
    }

    /// <returns>False when no live record is below <see cref="_copyBelow"/>.</returns>
    private bool Copy()
    {
        long copied = 0;
        while (_live.Oldest is { } oldest && oldest.Offset < _copyBelow)
        {
            if (copied > Sizes.CopiedBytesPerTurn || IsBehind)
            {
                return true;
            }

            copied += oldest.RecordBytes;
            if (SaveAnew(oldest) >= TooLargeTicket)
            {
                return false;
            }
        }

        return false;
    }

    private long SaveAnew(JournalEntry entry) => entry switch
    {
        Session session => Save(session),
        Subscription subscription => Save(subscription),
        JournalClock => SaveClock(),
        _ => Save((StoredMessage)entry),
    };

    /// <summary>Each minute in which something is written, and now and then in one in which nothing is: an SD card wears with each write.</summary>
    private void NoteTimeWhenDue()
    {
        var since = _clock.Now - _journalClock.NotedAt;
        if (!IsBroken && (since >= QuietClockMilliseconds || (since >= BusyClockMilliseconds && _waitingBytes > 0)))
        {
            NoteTime();
        }
    }
}
