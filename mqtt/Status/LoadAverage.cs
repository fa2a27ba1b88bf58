namespace Roost.Mqtt.Status;

/// <summary>How often something happens in a minute, as exponentially weighted averages over 1, 5 and 15 minutes.</summary>
internal sealed class LoadAverage(Func<long> total)
{
    private static readonly double[] s_windows = [60_000, 300_000, 900_000]; // milliseconds

    private readonly double[] _perMinute = new double[s_windows.Length];
    private long _last;

    /// <summary>The minutes of the averages, in the order of <see cref="this"/>.</summary>
    public static IReadOnlyList<int> Minutes { get; } = [1, 5, 15];

    public double this[int window] => _perMinute[window];

    /// <param name="idle">Milliseconds since the last sample in which nothing can have happened.</param>
    /// <param name="interval">Milliseconds after that, in which everything since the last sample has happened.</param>
    public void Sample(long idle, long interval)
    {
        var now = total();
        var rate = (now - _last) * 60_000.0 / interval;
        _last = now;
        for (var i = 0; i < s_windows.Length; i++)
        {
            var before = _perMinute[i] * Math.Exp(-idle / s_windows[i]);
            _perMinute[i] = rate + ((before - rate) * Math.Exp(-interval / s_windows[i]));
        }
    }
}
