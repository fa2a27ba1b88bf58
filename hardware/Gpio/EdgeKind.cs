namespace Roost.Hardware.Gpio;

/// <summary>Changes of an input: rising is to active.</summary>
public enum EdgeKind
{
    Both,
    Rising,
    Falling,
}
