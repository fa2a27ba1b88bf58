namespace Roost.Hardware.Gpio;

/// <summary>Which voltage is true.</summary>
public enum ActiveLevel
{
    High,
    Low,
}
