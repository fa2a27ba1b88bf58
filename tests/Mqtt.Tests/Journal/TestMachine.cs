using Roost.Storage;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>A machine whose clocks the test sets: the wall clock, which may jump, and the one that counts.</summary>
internal sealed class TestMachine : TimeProvider
{
    private long _ticks;
    private long _bootedAt;
    private int _boots = 1;

    public DateTimeOffset Wall { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public bool IsSynchronised { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public MachineTime Clock => new Counter(this, new Guid(_boots, 0, 0, new byte[8]));

    public override DateTimeOffset GetUtcNow() => Wall;

    public override long GetTimestamp() => _ticks;

    /// <summary>Time passes, and every clock sees it.</summary>
    public void Advance(TimeSpan by)
    {
        Wall += by;
        _ticks += by.Ticks;
    }

    /// <summary>The power is off for a while; only the wall clock may have something that counts on.</summary>
    public void Boot(DateTimeOffset wall)
    {
        Wall = wall;
        _bootedAt = _ticks;
        _boots++;
    }

    private sealed class Counter(TestMachine machine, Guid boot) : MachineTime
    {
        public override Guid Boot => boot;

        public override TimeSpan SinceBoot => TimeSpan.FromTicks(machine._ticks - machine._bootedAt);

        public override bool IsSynchronised => machine.IsSynchronised;
    }
}
