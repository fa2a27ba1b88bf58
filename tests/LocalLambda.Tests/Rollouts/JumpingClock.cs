using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Rollouts;

/// <summary>A clock on the wall that somebody sets, while time passes as it does.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private readonly ManualTimeProvider _time = new();

    public TimeSpan Set { get; set; }

    public override long TimestampFrequency => _time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow() + Set;

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _time.CreateTimer(callback, state, dueTime, period);

    public void Advance(TimeSpan by) => _time.Advance(by);
}
