using Roost.Hardware.Gpio;

namespace Roost.Hardware;

/// <summary>Pulses on an output.</summary>
public sealed class PwmOptions
{
    /// <summary>Pulses a second, 1 Hz to 200 Hz. Default 50 Hz.</summary>
    public Frequency Frequency { get; set; } = new(50);
}
