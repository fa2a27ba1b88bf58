namespace Roost.Hardware.Gpio;

/// <summary>Who sets the line's level.</summary>
public enum LineDirection
{
    In,
    Out,
}
