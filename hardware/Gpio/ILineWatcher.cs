namespace Roost.Hardware.Gpio;

/// <summary>Whoever takes an input is told of its edges. Called by the one thread that waits for all of them: it must return at once.</summary>
internal interface ILineWatcher
{
    void OnEdge(in LineEdge edge);

    /// <summary>No more edges will come: the chip has gone.</summary>
    void OnLost(GpioException reason);
}
