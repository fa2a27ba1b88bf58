using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Workers;

/// <summary>How long a function's workers usually take to start: nine in ten of its newest starts were faster. Not thread-safe: the pool's lock guards it.</summary>
internal sealed class UsualStart(RuntimeFamily family)
{
    /// <summary>A start from a spare is often faster, and varies by more than that on a machine that has other things to do.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMilliseconds(50);

    private const int Remembered = 32;

    private readonly TimeSpan[] _newest = new TimeSpan[Remembered];
    private int _count;

    /// <summary>Before the first start a guess on the long side: a second start that was not needed slows the first one down.</summary>
    public TimeSpan Duration
    {
        get
        {
            if (_count == 0)
            {
                return family == RuntimeFamily.Node ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(500);
            }

            var known = Math.Min(_count, Remembered);
            var ninth = _newest.AsSpan(0, known).ToArray().Order().ElementAt((int)Math.Ceiling(known * 0.9) - 1);
            return ninth > Least ? ninth : Least;
        }
    }

    public void Add(TimeSpan start) => _newest[_count++ % Remembered] = start;
}
