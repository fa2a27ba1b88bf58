namespace Roost.DeviceSim.Robots;

/// <summary>
/// SplitMix64 as a value: a state and the next one. A run is repeated from its seed on every version of .NET, which
/// <see cref="Random"/> does not promise, and a robot's state stays a plain value that can be compared.
/// </summary>
internal readonly record struct SeededRandom(ulong State)
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <returns>A number from 0 up to, not including, 1, and the generator to go on with.</returns>
    public (double Value, SeededRandom Next) Draw()
    {
        var next = new SeededRandom(State + Gamma);
        return ((next.Mixed() >> 11) * (1.0 / (1UL << 53)), next);
    }

    public (double Value, SeededRandom Next) Draw(double low, double high)
    {
        var (value, next) = Draw();
        return (low + (value * (high - low)), next);
    }

    /// <summary>An independent generator for number <paramref name="index"/> of many that share one seed.</summary>
    public SeededRandom Fork(int index) => new(new SeededRandom(State + (Gamma * ((ulong)index + 1))).Mixed());

    private ulong Mixed()
    {
        var z = State;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
