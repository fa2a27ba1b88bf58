namespace Roost.Hardware.Gpio;

/// <summary>A chip or a line did not do what was asked. The message says which, why, and what to do.</summary>
internal sealed class GpioException(GpioFault fault, string message) : Exception(message)
{
    public GpioFault Fault { get; } = fault;
}
