namespace Roost.Hardware.Reporting;

internal static class ClockTime
{
    /// <summary>Monotonic time from an instant of the clock's own: only differences mean something.</summary>
    public static TimeSpan GetElapsed(this TimeProvider clock) => clock.GetElapsedTime(0);
}
