using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Roost.Hardware.Gpio;

/// <summary>What an output is set to: <c>off</c>, <c>on</c>, a part of the time from 0 to 1, or <c>keep</c> for what it is.</summary>
public readonly record struct OutputLevel
{
    public const string Remedy = "write off or on; with pwm a number from 0 to 1; at-exit takes keep, too";

    private OutputLevel(double duty, bool isKeep)
    {
        Duty = duty;
        IsKeep = isKeep;
    }

    public static OutputLevel Off => default;

    public static OutputLevel On => new(1, isKeep: false);

    public static OutputLevel Keep => new(0, isKeep: true);

    /// <summary>The part of the time in which the output is active: 0 for off, 1 for on.</summary>
    public double Duty { get; }

    public bool IsKeep { get; }

    public bool IsOnOrOff => !IsKeep && Duty is 0 or 1;

    public static bool TryParse([NotNullWhen(true)] string? text, out OutputLevel level)
    {
        (level, var known) = text switch
        {
            "off" or "false" => (Off, true),
            "on" or "true" => (On, true),
            "keep" => (Keep, true),
            _ => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var duty) && duty is >= 0 and <= 1 ? (new OutputLevel(duty, isKeep: false), true) : default,
        };
        return known;
    }

    public override string ToString() => IsKeep ? "keep" : Duty switch { 0 => "off", 1 => "on", _ => Duty.ToString(CultureInfo.InvariantCulture) };
}
