namespace Roost.Hardware.Gpio;

/// <summary>The resistor that the chip itself connects to the line.</summary>
public enum LinePull
{
    None,
    Up,
    Down,
}
