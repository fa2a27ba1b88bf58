namespace Roost.Hardware.Gpio;

/// <summary>A chip whose lines can be looked at and taken. Looking at a line changes nothing.</summary>
internal interface IGpioChip : IDisposable
{
    /// <summary>As <c>gpiochip0</c>.</summary>
    string Name { get; }

    /// <summary>What its driver calls it, as <c>pinctrl-bcm2711</c>.</summary>
    string Label { get; }

    int LineCount { get; }

    /// <exception cref="GpioException">There is no such line, or the chip has gone.</exception>
    LineInfo Describe(int offset);

    /// <summary>Takes a line: from now on it is ours alone, until the result is disposed of.</summary>
    /// <exception cref="GpioException">It belongs to another, or cannot do what is asked.</exception>
    IGpioLine Take(LineRequest request);
}
