using Roost.Mqtt;

namespace Roost.Hardware.Reporting;

/// <summary>When a point's value is told, and where besides the shadow.</summary>
internal sealed record PointRule
{
    /// <summary>Numbers only; every other value is told when it differs.</summary>
    public Deadband Deadband { get; init; }

    /// <summary>Least time from one telling to the next. What comes between is told at its end, if it still differs then.</summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The value is told again after so long, changed or not; null: only when it has changed.</summary>
    public TimeSpan? AtLeastEvery { get; init; }

    /// <summary>Where each value that is told is published too, as <c>{"thing","property","value","at"}</c> at QoS 1.</summary>
    public TopicName? Topic { get; init; }
}
