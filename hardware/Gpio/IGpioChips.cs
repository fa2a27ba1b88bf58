namespace Roost.Hardware.Gpio;

/// <summary>All GPIO chips of the machine, and the simulated one where it is configured.</summary>
internal interface IGpioChips
{
    /// <summary>The names of the chips that are there now, as <c>gpiochip0</c>, in the order of their numbers.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Opens a chip to look at it and to take lines of it. Lines outlive the chip's disposal.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="GpioException">It cannot be opened.</exception>
    IGpioChip Open(string name);
}
