namespace Roost.Hardware.Gpio.Simulated;

/// <summary>The machine's chips and the simulated one.</summary>
internal sealed class SimulatedChips(IGpioChips machine, SimulatedChip chip) : IGpioChips
{
    public IReadOnlyList<string> Names => [.. machine.Names, SimulatedChip.ChipName];

    public IGpioChip Open(string name) => name == SimulatedChip.ChipName ? chip : machine.Open(name);
}
