using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Roost.Hardware.Gpio;

/// <summary>How often a second: <c>50Hz</c>.</summary>
public readonly record struct Frequency(double Hertz)
{
    public const string Remedy = "write a number with Hz, like 50Hz";

    /// <summary>A finite positive number with <c>Hz</c> behind it.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Frequency frequency)
    {
        frequency = default;
        if (text is null || !text.EndsWith("Hz", StringComparison.Ordinal)
            || !double.TryParse(text.AsSpan(0, text.Length - 2).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var hertz) || hertz is not (> 0 and < 1e9))
        {
            return false;
        }

        frequency = new Frequency(hertz);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Hertz}Hz");
}
