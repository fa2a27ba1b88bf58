namespace Roost.Streams.Bench;

/// <summary>One row: <paramref name="run"/> works for about a second and returns how many records it carried and in what time.</summary>
internal sealed class Measurement(string name, Func<Task<(long Records, TimeSpan Elapsed)>> run)
{
    private readonly List<double> _rates = [];

    public string Row
    {
        get
        {
            _rates.Sort();
            return $"| {name} | {_rates[_rates.Count / 2]:N0} | {_rates[0]:N0}-{_rates[^1]:N0} |";
        }
    }

    public async Task RunAsync(bool warmUp)
    {
        var (records, elapsed) = await run();
        if (!warmUp)
        {
            _rates.Add(records / elapsed.TotalSeconds);
        }
    }
}
