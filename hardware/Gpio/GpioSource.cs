using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Hardware.Gpio.Edges;
using Roost.Hardware.Gpio.Pulses;
using Roost.Hardware.Reporting;

namespace Roost.Hardware.Gpio;

/// <summary>The configured lines: takes them, looks again for those that cannot be had, and leaves them in order.</summary>
internal sealed class GpioSource(
    IOptions<HardwareOptions> options, IGpioChips chips, PulseThread pulses, EdgeQueue edges, TimeProvider clock, HardwareMetrics metrics, ILogger<GpioSource> logger) : IPointSource, IDisposable
{
    /// <summary>Chips come late, after their drivers, and come back after they were unplugged: looked for soon, and then ever more seldom.</summary>
    private static readonly TimeSpan _soonest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _latest = TimeSpan.FromSeconds(30);

    private readonly Wake _wake = new(clock);

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<ConfiguredLine> Lines { get; private set; } = [];

    public void Declare(PointReporter reporter)
    {
        Lines = [.. options.Value.Gpio.Select<GpioLineOptions, ConfiguredLine>(line => line.IsOutput
            ? new GpioOutput(line, clock, _wake.Set, pulses)
            : new GpioInput(line, clock, _wake.Set, edges, metrics))];
        foreach (var line in Lines)
        {
            line.Point = reporter.Add(line.Options.Thing, line.Options.Property, line.Source, PointRules.Of(line.Options, topic: line is GpioOutput), line as IPointOutput);
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        if (Lines.Count == 0)
        {
            return;
        }

        using var published = new CancellationTokenSource();
        var publishing = edges.RunAsync(published.Token);
        try
        {
            var pause = _soonest;
            while (true)
            {
                var isComplete = TakeMissing();
                await _wake.WaitAsync(isComplete ? null : pause, stopping);
                pause = isComplete ? _soonest : pause * 2 < _latest ? pause * 2 : _latest;
            }
        }
        finally
        {
            foreach (var line in Lines)
            {
                if (line is GpioOutput output)
                {
                    output.Leave();
                }
                else
                {
                    line.Release();
                }
            }

            await published.CancelAsync(); // after the last edge
            await publishing;
        }
    }

    public void Dispose() => _wake.Dispose();

    /// <returns>Whether all are held.</returns>
    private bool TakeMissing()
    {
        var complete = true;
        foreach (var line in Lines.Where(static line => line.Place is null))
        {
            try
            {
                var (chip, offset) = LineSearch.Find(chips, line.Options.Chip, line.Options.Line);
                using (chip)
                {
                    if (Lines.FirstOrDefault(other => other.Place == (chip.Name, offset)) is { } other)
                    {
                        throw new GpioException(GpioFault.InUse, $"{chip.Name} line {offset} is {other.Point.Thing}.{other.Point.Property} already; a line belongs to one property");
                    }

                    line.Take(chip, offset);
                    logger.LineTaken(line.Point.Thing, line.Point.Property, chip.Name, offset);
                }
            }
            catch (GpioException exception)
            {
                complete = false;
                line.Lack(exception);
            }
        }

        return complete;
    }
}
