using Roost.Hardware.Gpio.Pulses;
using Roost.Hardware.Reporting;

namespace Roost.Hardware.Gpio;

/// <summary>A line that the shadow's desired state drives. What is desired while the line cannot be had is applied once it can.</summary>
internal sealed class GpioOutput(GpioLineOptions options, TimeProvider clock, Action missed, PulseThread pulses) : ConfiguredLine(options, clock, missed), IPointOutput
{
    private double _duty = (options.Initial ?? OutputLevel.Off).Duty; // within Use, and before there is a line
    private bool _hasLeft;

    public string? Drive(PointValue value)
    {
        if (Options.Pwm is null ? value.Kind != PointKind.Bool : value is not { Kind: PointKind.Number, AsNumber: >= 0 and <= 1 })
        {
            return Options.Pwm is null ? "write true or false" : "write a number from 0 to 1";
        }

        Use(line =>
        {
            if (_hasLeft)
            {
                return; // the daemon stops; the shadow keeps what is desired for the next start
            }

            _duty = value.Kind == PointKind.Bool ? (value.AsBool ? 1 : 0) : value.AsNumber;
            if (line is not null)
            {
                Apply(line);
            }
        });
        return null;
    }

    /// <summary>Leaves the line as it is to be left when the daemon stops, and frees it.</summary>
    public void Leave()
    {
        Use(line =>
        {
            _hasLeft = true;
            var exit = Options.AtExit ?? OutputLevel.Off;
            if (line is not null && !exit.IsKeep)
            {
                _duty = exit.Duty;
                Apply(line);
            }
        });
        Release();
    }

    protected override LineRequest Request(int offset) =>
        new(offset, LineDirection.Out, Options.Active, Options.Pull, Options.Drive, TimeSpan.Zero, Initial: _duty >= 1, Watcher: null);

    protected override void Begin(IGpioLine line) => Apply(line);

    protected override void End(IGpioLine line) => pulses.Remove(line);

    private void Apply(IGpioLine line)
    {
        if (Options.Pwm is { } pwm)
        {
            pulses.Set(line, _duty, pwm.Frequency, this);
        }
        else
        {
            line.Write(_duty >= 1);
        }

        Point.Report(Options.Pwm is null ? PointValue.Of(_duty >= 1) : PointValue.Of(_duty), Clock.GetUtcNow());
    }
}
