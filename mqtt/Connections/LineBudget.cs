using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Connections;

/// <summary>
/// How many lines of one kind the log gets: who floods the broker does not flood the log. Ten at once, so that an operator sees different
/// faults that come together, then one a second; how many were left out is told ten seconds after the first of them. The loop's thread only.
/// </summary>
/// <param name="tellOfOthers">Gets the number of those that were left out.</param>
internal sealed class LineBudget(TimerHeap timers, Action<long> tellOfOthers) : Timed
{
    private const int Burst = 10;
    private const int MillisecondsPerLine = 1000;
    private const int SummaryAfterMilliseconds = 10_000;

    private long _paidUntil; // each line moves it on by its share of time
    private long _leftOut;

    /// <returns>False: the line is counted, and not to be written.</returns>
    public bool TryTake(long now)
    {
        _paidUntil = Math.Max(_paidUntil, now);
        if (_paidUntil - now <= (Burst - 1) * MillisecondsPerLine)
        {
            _paidUntil += MillisecondsPerLine;
            return true;
        }

        if (_leftOut++ == 0)
        {
            timers.Set(this, now + SummaryAfterMilliseconds);
        }

        return false;
    }

    public override void OnDue(long now)
    {
        tellOfOthers(_leftOut);
        _leftOut = 0;
    }
}
