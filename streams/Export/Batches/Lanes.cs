using Roost.Streams.Export.Progress;

namespace Roost.Streams.Export.Batches;

/// <summary>
/// Chooses what of a stream goes next. In order there is one lane. Else there are two: the live one follows the end of the stream, and
/// the backlog behind it is drained beside it, from its old or its new end.
/// </summary>
internal sealed class Lanes(BatchRules rules, TimeProvider clock)
{
    /// <summary>Live records go first, but one batch in so many is the backlog's, so that it drains also where the link is always busy.</summary>
    private const int BacklogShare = 8;

    /// <summary>Each time the live lane leaps to the end it leaves a gap to remember; with more it stays where it is until some are closed.</summary>
    private const int MostGaps = 60;

    private long _live;
    private long? _liveSince;
    private int _turn;

    /// <summary>After a start or an outage: the live lane goes on at the end, where it is more than a batch behind.</summary>
    public void Resume(RangeSet taken, long end)
    {
        _live = rules.Backlog == BacklogOrder.InOrder || end - taken.End <= rules.Records || taken.Ranges.Count >= MostGaps ? taken.End : end;
        _liveSince = null;
    }

    /// <param name="taken">Records that are done or under way.</param>
    /// <param name="end">The end of what can be read now.</param>
    /// <returns>Where to read, up to which offset at most.</returns>
    public OffsetRange Choose(RangeSet taken, long end)
    {
        if (rules.Backlog == BacklogOrder.InOrder)
        {
            return taken.Gaps(long.MaxValue).First();
        }

        if (taken.End > _live)
        {
            (_live, _liveSince) = (taken.End, null);
        }

        var isOldest = rules.Backlog == BacklogOrder.OldestFirst;
        var gap = isOldest ? taken.Gaps(_live).FirstOrDefault() : taken.Gaps(_live).LastOrDefault();
        if (gap.Count == 0 || (IsLiveDue(end) && ++_turn % BacklogShare != 0))
        {
            return new OffsetRange(_live, long.MaxValue);
        }

        return isOldest ? gap : gap with { First = Math.Max(gap.First, gap.Next - rules.Records) };
    }

    /// <summary>The live lane lingers while the backlog flows, not in its place.</summary>
    private bool IsLiveDue(long end)
    {
        if (_live >= end)
        {
            _liveSince = null;
            return false;
        }

        _liveSince ??= clock.GetTimestamp();
        return end - _live >= rules.Records || clock.GetElapsedTime(_liveSince.Value) >= rules.Linger;
    }
}
