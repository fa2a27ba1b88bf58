namespace Roost.Streams.Bench;

/// <summary>One row: <paramref name="run"/> works for about a second in an empty folder, and returns how many records it carried and in what time.</summary>
internal sealed class Measurement(string name, Func<Task<(long Records, TimeSpan Elapsed)>> run)
{
    private readonly Func<Task<(long Records, TimeSpan Elapsed)>> _run = run;
    private readonly List<double> _rates = [];

    private string Row
    {
        get
        {
            _rates.Sort();
            return $"| {name} | {_rates[_rates.Count / 2]:N0} | {_rates[0]:N0}-{_rates[^1]:N0} |";
        }
    }

    /// <summary>Interleaved, and printed as a table. A round before the first one does not count: it compiles.</summary>
    public static async Task RunAllAsync(string folder, int rounds, IReadOnlyList<Measurement> measurements)
    {
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var measurement in measurements)
            {
                Scratch.Empty(folder);
                var (records, elapsed) = await measurement._run();
                if (round > 0)
                {
                    measurement._rates.Add(records / elapsed.TotalSeconds);
                }
            }
        }

        Report.Machine();
        Console.WriteLine($"{rounds} rounds\n\n| what | records/s, median | lowest-highest |\n|---|---|---|");
        foreach (var measurement in measurements)
        {
            Console.WriteLine(measurement.Row);
        }
    }
}
