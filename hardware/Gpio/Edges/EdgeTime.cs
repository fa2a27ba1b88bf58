namespace Roost.Hardware.Gpio.Edges;

internal static class EdgeTime
{
    /// <summary>What the wall clock showed, or would have shown, when the monotonic one showed so many nanoseconds.</summary>
    public static DateTimeOffset WallClock(TimeProvider clock, ulong nanoseconds)
    {
        var age = clock.GetElapsedTime(0) - TimeSpan.FromTicks((long)(nanoseconds / 100));
        return clock.GetUtcNow() - (age > TimeSpan.Zero ? age : TimeSpan.Zero);
    }
}
