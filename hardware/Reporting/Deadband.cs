using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Roost.Hardware.Reporting;

/// <summary>By how much a number must differ from the one that was last told before it is told: <c>0.5</c>, or <c>2%</c> of the one last told.</summary>
public readonly record struct Deadband(double Amount, bool IsPercent)
{
    public const string Remedy = "write a number like 0.5, or a percentage like 2%";

    /// <summary>A finite number from 0 on, bare or with a percent sign.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Deadband deadband)
    {
        deadband = default;
        var isPercent = text?.EndsWith('%') == true;
        var number = isPercent ? text.AsSpan(0, text!.Length - 1).TrimEnd() : text.AsSpan();
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) || !double.IsFinite(amount))
        {
            return false;
        }

        deadband = new Deadband(amount, isPercent);
        return true;
    }

    /// <summary>Whether <paramref name="now"/> is too near to what was told to be told. Without a deadband only the same number is.</summary>
    public bool Holds(double told, double now) => Math.Abs(now - told) <= (IsPercent ? Math.Abs(told) * Amount / 100 : Amount);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Amount}{(IsPercent ? "%" : "")}");
}
