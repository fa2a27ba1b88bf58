using Microsoft.Extensions.Logging;
using Roost.Hardware.Reporting;

namespace Roost.Hardware.Sensors;

/// <summary>
/// Reads the sensors of one device, one after the other, when they are due. Each device has its own, so that one that takes its time, or hangs, keeps no other waiting.
/// </summary>
internal sealed class SensorLoop(IReadOnlyList<SensorPoint> sensors, bool isSlow, TimeProvider clock, ILogger logger)
{
    /// <summary>A device that has not answered for so long is told to be faulty. A reading of a 1-Wire thermometer takes 0.75 s, and some retry.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Longer than this a reading does not block a thread that others may want.</summary>
    private static readonly TimeSpan s_quick = TimeSpan.FromMilliseconds(20);

    private bool _needsThread = isSlow;

    /// <summary>A defect ends the reading of this device alone.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await ReadAllAsync(stopping);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            logger.SourceEnded(sensors[0].Source, exception);
            foreach (var sensor in sensors)
            {
                sensor.End("it is not read any more, by a defect of Roost: the log says more; restart the daemon", clock.GetUtcNow());
            }
        }
    }

    private async Task ReadAllAsync(CancellationToken stopping)
    {
        foreach (var sensor in sensors)
        {
            await ReadAsync([sensor], stopping); // at once: a shadow is not to wait for the first period
        }

        while (!stopping.IsCancellationRequested)
        {
            var next = sensors.Min(static sensor => sensor.Due);
            var wait = next - clock.GetElapsed();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, clock, stopping);
            }

            var now = clock.GetElapsed();
            await ReadAsync([.. sensors.Where(sensor => sensor.Due <= now)], stopping);
        }
    }

    private async Task ReadAsync(IReadOnlyList<SensorPoint> due, CancellationToken stopping)
    {
        var reading = Begin(due);
        while (true)
        {
            try
            {
                var readings = await reading.WaitAsync(Patience, clock, stopping);
                var at = clock.GetUtcNow();
                for (var index = 0; index < due.Count; index++)
                {
                    due[index].Take(readings[index], at);
                    due[index].Schedule(clock.GetElapsed());
                }

                return;
            }
            catch (TimeoutException)
            {
                // The thread hangs in the kernel, and a second one would too: this one is waited for.
                foreach (var sensor in sensors)
                {
                    sensor.Miss($"it has not answered for {Patience.TotalSeconds:0} seconds: its bus hangs, or its driver does", clock.GetUtcNow());
                }
            }
        }
    }

    private Task<SensorReading[]> Begin(IReadOnlyList<SensorPoint> due) => _needsThread
        ? Task.Factory.StartNew(() => Read(due), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default)
        : Task.Run(() => Read(due));

    private SensorReading[] Read(IReadOnlyList<SensorPoint> due)
    {
        var began = TimeProvider.System.GetTimestamp();
        var readings = due.Select(static sensor => sensor.Read()).ToArray();
        _needsThread |= TimeProvider.System.GetElapsedTime(began) > s_quick;
        return readings;
    }
}
