namespace Roost.Hardware.Gpio;

/// <summary>A line that this process holds. Values are logical: true is active. Any thread may call.</summary>
internal interface IGpioLine : IDisposable
{
    /// <exception cref="GpioException">The chip has gone.</exception>
    bool Read();

    /// <summary>Outputs only.</summary>
    /// <exception cref="GpioException">The chip has gone.</exception>
    void Write(bool active);
}
