using Roost.Hardware;

namespace Roost.Gateway.Hardware;

/// <summary>Looks for sensors on a thread of its own. Whoever asks while one search runs waits for that one: a bus that hangs costs one thread, however often it is asked.</summary>
internal sealed class SensorSearch(ISensors sensors, TimeProvider clock)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Task<IReadOnlyList<FoundSensor>>? _running;

    /// <exception cref="TimeoutException">A sensor does not answer.</exception>
    public Task<IReadOnlyList<FoundSensor>> FindAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_running is not { IsCompleted: false })
            {
                _running = Task.Factory.StartNew(sensors.Find, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }

            return _running.WaitAsync(_patience, clock, cancellationToken);
        }
    }
}
