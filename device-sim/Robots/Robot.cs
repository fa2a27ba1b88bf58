namespace Roost.DeviceSim.Robots;

/// <summary>Everything about one robot at one instant, as a value. <see cref="RobotPhysics"/> gives the next one.</summary>
internal sealed record Robot
{
    /// <summary>0 to 100.</summary>
    public double BatteryPercent { get; init; }

    public Position Position { get; init; }

    /// <summary>Direction of travel in radians, 0 along the X axis.</summary>
    public double Heading { get; init; }

    public RobotMode Mode { get; init; }

    public FanSpeed FanSpeed { get; init; }

    /// <summary>What the shadow asks for, until the robot has been through it; null leaves the robot to its own plan.</summary>
    public RobotMode? Order { get; init; }

    /// <summary>How long the robot still rests in the dock before it cleans on its own.</summary>
    public TimeSpan Rest { get; init; }

    /// <summary>Way left, in metres, until it meets something that stands in the room.</summary>
    public double ClearWay { get; init; }

    public SeededRandom Random { get; init; }

    /// <summary>Robot number <paramref name="index"/> of the fleet that <paramref name="seed"/> describes: most of a fleet is cleaning.</summary>
    public static Robot Create(ulong seed, int index)
    {
        var random = new SeededRandom(seed).Fork(index);
        (var battery, random) = random.Draw(30, 100);
        (var docked, random) = random.Draw();
        (var x, random) = random.Draw(0, Room.Width);
        (var y, random) = random.Draw(0, Room.Depth);
        (var heading, random) = random.Draw(0, 2 * Math.PI);
        (var clearWay, random) = random.Draw(0, RobotPhysics.MeanClearWay);
        var charging = docked < 0.25;
        return new Robot
        {
            BatteryPercent = battery,
            Position = charging ? Room.Dock : new Position(x, y),
            Heading = heading,
            Mode = charging ? RobotMode.Charging : RobotMode.Cleaning,
            FanSpeed = FanSpeed.Standard,
            ClearWay = clearWay,
            Random = random,
        };
    }

    /// <summary>
    /// The robot with an order of its shadow in mind. Cleaning is begun as soon as the battery allows it; the three others
    /// mean the dock. An order that cannot be reached any more, like returning when docked, is dropped at once.
    /// </summary>
    public Robot Obey(RobotMode order) => RobotPhysics.Settle(this with { Order = order });
}
