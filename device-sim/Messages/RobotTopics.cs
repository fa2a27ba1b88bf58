namespace Roost.DeviceSim.Messages;

/// <summary>The topics of one robot, made once.</summary>
internal sealed class RobotTopics(string robot)
{
    public string Telemetry { get; } = $"robots/{robot}/telemetry";

    public string Bump { get; } = $"robots/{robot}/bump";

    /// <summary>Retained "online" or "offline"; "offline" is also the will.</summary>
    public string Status { get; } = $"robots/{robot}/status";

    public string ShadowUpdate { get; } = $"$aws/things/{robot}/shadow/update";

    public string ShadowDelta { get; } = $"$aws/things/{robot}/shadow/update/delta";
}
