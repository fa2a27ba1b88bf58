using Roost.Hardware.Gpio.Simulated;

namespace Roost.Hardware;

/// <summary>The machine's own lines and sensors, shown as things. Only what is listed here is ever touched.</summary>
public sealed class HardwareOptions
{
    public const string Section = "Hardware";

    /// <summary>Lines of GPIO chips.</summary>
    public List<GpioLineOptions> Gpio { get; set; } = [];

    /// <summary>Sensors that the kernel reads.</summary>
    public List<SensorOptions> Sensors { get; set; } = [];

    /// <summary>Whether a line of the chip in memory is configured: only then is it there.</summary>
    internal bool IsSimulated => Gpio.Any(static line => line.Chip == SimulatedChip.ChipName);
}
