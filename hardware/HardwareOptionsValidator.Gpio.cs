using System.Globalization;
using Microsoft.Extensions.Options;
using Roost.Hardware.Gpio;
using Roost.Hardware.Gpio.Simulated;

namespace Roost.Hardware;

internal sealed partial class HardwareOptionsValidator
{
    private const int MostLines = 256;
    private const double LeastHertz = 1;
    private const double MostHertz = 200; // one thread serves all: 400 wake-ups a second for each line

    private static readonly TimeSpan _mostDebounce = TimeSpan.FromSeconds(10);

    private static void ValidateGpio(HardwareOptions options, Dictionary<(string Thing, string Property), string> points, ValidateOptionsResultBuilder faults)
    {
        if (options.Gpio.Count > MostLines)
        {
            faults.AddError($"{HardwareOptions.Section}:Gpio has {options.Gpio.Count} lines; use at most {MostLines}");
        }

        var lines = new Dictionary<(string? Chip, string Line), (string Key, GpioLineOptions Options)>();
        for (var i = 0; i < options.Gpio.Count; i++)
        {
            var (key, line) = ($"{HardwareOptions.Section}:Gpio:{i}", options.Gpio[i]);
            PointRules.Validate(key, line, points, faults);
            if (line.Line.Length is 0 or > 31)
            {
                faults.AddError($"{key}:Line names no line ({line.Line}); write its name like GPIO17, or its offset like 17. 'roost hardware lines' lists them while the daemon runs, 'gpioinfo' at any time");
            }
            else if (line.Chip == SimulatedChip.ChipName && SimulatedChip.Find(line.Line) is null)
            {
                faults.AddError($"{key}:Line is none of the simulated chip ({line.Line}); it has GPIO0 to GPIO{SimulatedChip.Lines - 1}");
            }
            else if (!lines.TryAdd((line.Chip, NameOf(line)), (key, line)))
            {
                var (other, owner) = lines[(line.Chip, NameOf(line))];
                faults.AddError($"{key}:Line is taken by {owner.Thing}.{owner.Property} ({other}); a line belongs to one property");
            }

            if (line.Chip is { } chip && (chip.Length is 0 or > 64 || chip.Contains('/')))
            {
                faults.AddError($"{key}:Chip names no chip ({chip}); write gpiochip0, a label like pinctrl-rp1, or simulated");
            }

            if (line.Debounce < TimeSpan.Zero || line.Debounce > _mostDebounce)
            {
                faults.AddError($"{key}:Debounce is {Storage.Duration.Format(line.Debounce)}; use 0 to 10s");
            }

            if (line.IsOutput)
            {
                ValidateOutput(key, line, faults);
            }
            else
            {
                ValidateInput(key, line, faults);
            }
        }
    }

    /// <summary>The simulated chip's lines have two names each, which are known without looking.</summary>
    private static string NameOf(GpioLineOptions line) =>
        line.Chip == SimulatedChip.ChipName && SimulatedChip.Find(line.Line) is { } offset ? offset.ToString(CultureInfo.InvariantCulture) : line.Line;

    private static void ValidateInput(string key, GpioLineOptions line, ValidateOptionsResultBuilder faults)
    {
        foreach (var (name, isSet) in new[] { ("Initial", line.Initial is not null), ("AtExit", line.AtExit is not null), ("Pwm", line.Pwm is not null), ("Drive", line.Drive != LineDrive.PushPull) })
        {
            if (isSet)
            {
                faults.AddError($"{key}:{name} is of outputs only; set direction: out, or leave it out");
            }
        }
    }

    private static void ValidateOutput(string key, GpioLineOptions line, ValidateOptionsResultBuilder faults)
    {
        foreach (var (name, isSet) in new[] { ("Debounce", line.Debounce != TimeSpan.Zero), ("Edges", line.Edges != EdgeKind.Both) })
        {
            if (isSet)
            {
                faults.AddError($"{key}:{name} is of inputs only; leave it out");
            }
        }

        if (line.Initial is { } initial && (initial.IsKeep || (line.Pwm is null && !initial.IsOnOrOff)))
        {
            faults.AddError($"{key}:Initial is {initial}; write off or on{(line.Pwm is null ? "" : ", or a number from 0 to 1")}");
        }

        if (line.AtExit is { } exit && !(exit.IsOnOrOff || (exit.IsKeep && line.Pwm is null)))
        {
            faults.AddError($"{key}:AtExit is {exit}; write off or on{(line.Pwm is null ? ", or keep" : ": nobody makes pulses once the daemon has stopped")}");
        }

        if (line.Pwm is { } pwm && pwm.Frequency.Hertz is not (>= LeastHertz and <= MostHertz))
        {
            faults.AddError(string.Create(CultureInfo.InvariantCulture, $"{key}:Pwm:Frequency is {pwm.Frequency}; use {LeastHertz}Hz to {MostHertz}Hz"));
        }
    }
}
