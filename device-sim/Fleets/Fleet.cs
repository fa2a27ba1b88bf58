using Roost.DeviceSim.Statistics;

namespace Roost.DeviceSim.Fleets;

/// <summary>All robots of one run, and the line of statistics every five seconds.</summary>
internal static class Fleet
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    /// <summary>Runs until cancelled, or as long as the options say.</summary>
    public static async Task RunAsync(SimulatorOptions options, TextWriter output, TimeProvider clock, CancellationToken stopping)
    {
        var lines = TextWriter.Synchronized(output);
        await lines.WriteLineAsync(
            $"roost-sim: {options.Robots} robots, {options.Rate:0.###} telemetry messages/s each, to {options.Host}:{options.Port}; --seed {options.Seed} repeats this run");
        var counters = new FleetCounters();
        var agents = Enumerable.Range(0, options.Robots).Select(index => new RobotAgent(index, options, counters, lines.WriteLine, clock)).ToList();

        using var ended = new CancellationTokenSource(options.Duration ?? Timeout.InfiniteTimeSpan, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping, ended.Token);
        var reporting = ReportAsync(options.Robots, counters, lines, clock, both.Token);
        try
        {
            // Spread over the first step, so that the fleet's load is even.
            var period = 1 / options.Rate;
            await Task.WhenAll(agents.Select((agent, index) => agent.RunAsync(TimeSpan.FromSeconds(period * index / options.Robots), both.Token)));
        }
        finally
        {
            await both.CancelAsync();
            await Task.WhenAll(agents.Select(agent => agent.DisposeAsync().AsTask()));
            await reporting;
            await lines.FlushAsync(CancellationToken.None);
        }
    }

    private static async Task ReportAsync(int robots, FleetCounters counters, TextWriter lines, TimeProvider clock, CancellationToken stopping)
    {
        var start = clock.GetTimestamp();
        var before = TimeSpan.Zero;
        using var timer = new PeriodicTimer(s_interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                var now = clock.GetElapsedTime(start);
                await lines.WriteLineAsync(counters.Take().ToLine(now, now - before, robots));
                before = now;
            }
        }
        catch (OperationCanceledException)
        {
            // What happened since the last line is told too.
        }

        var end = clock.GetElapsedTime(start);
        await lines.WriteLineAsync(counters.Take().ToLine(end, end - before, robots));
    }
}
