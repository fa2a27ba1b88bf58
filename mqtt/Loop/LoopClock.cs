namespace Roost.Mqtt.Loop;

/// <summary>Milliseconds since the loop was made, read once a turn: all that happens in a turn happens at one time.</summary>
internal sealed class LoopClock(TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();

    public long Now { get; private set; }

    public DateTimeOffset UtcNow => time.GetUtcNow();

    public long Update() => Now = (long)time.GetElapsedTime(_startedAt).TotalMilliseconds;
}
