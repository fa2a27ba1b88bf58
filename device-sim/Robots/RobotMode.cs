namespace Roost.DeviceSim.Robots;

/// <summary>What a robot is doing. Messages carry the lower-case name.</summary>
internal enum RobotMode
{
    /// <summary>In the dock with a full battery.</summary>
    Idle,

    /// <summary>On the floor, driving until the battery is low.</summary>
    Cleaning,

    /// <summary>On the way to the dock, by the straight line.</summary>
    Returning,

    /// <summary>In the dock, not yet full.</summary>
    Charging,
}
