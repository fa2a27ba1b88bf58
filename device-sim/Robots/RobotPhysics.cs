namespace Roost.DeviceSim.Robots;

/// <summary>How a robot's state follows from the one before: a pure function of state and time, so that a seed repeats a run.</summary>
internal static class RobotPhysics
{
    /// <summary>Metres a second, of an ordinary vacuum robot.</summary>
    public const double Speed = 0.3;

    /// <summary>Metres between two things that stand in the way, on average; walls come on top.</summary>
    public const double MeanClearWay = 15;

    /// <summary>At this charge a robot drives home. The longest way home takes 2 %, so the dock is always reached.</summary>
    public const double LowBatteryPercent = 15;

    /// <summary>Below this charge a robot does not leave the dock, ordered or not.</summary>
    public const double StartBatteryPercent = 30;

    // Percent a second. An ordinary battery lasts an hour; these last 20 minutes, so that whoever watches sees a whole cycle.
    private const double DrainReturning = 0.05;
    private const double Charge = 0.15;

    /// <summary>Longer steps are cut in pieces of this length: a robot moves 15 cm in it, and cannot pass a wall unseen.</summary>
    private static readonly TimeSpan s_piece = TimeSpan.FromMilliseconds(500);

    /// <summary>The state after <paramref name="elapsed"/>; what the bumper met on the way is added to <paramref name="bumps"/>.</summary>
    public static Robot Advance(Robot robot, TimeSpan elapsed, ICollection<Bump> bumps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(elapsed, TimeSpan.Zero);
        while (elapsed > TimeSpan.Zero)
        {
            var piece = elapsed < s_piece ? elapsed : s_piece;
            robot = robot.Mode switch
            {
                RobotMode.Cleaning => Clean(robot, piece.TotalSeconds, bumps),
                RobotMode.Returning => Return(robot, piece.TotalSeconds),
                RobotMode.Charging => ChargeUp(robot, piece.TotalSeconds),
                _ => robot with { Rest = robot.Rest - piece },
            };
            robot = Settle(robot);
            elapsed -= piece;
        }

        return robot;
    }

    /// <summary>Changes the mode where the order, the battery or the place asks for it, and drops an order that is done with.</summary>
    public static Robot Settle(Robot robot)
    {
        var before = robot.Mode;
        var mode = before switch
        {
            RobotMode.Cleaning when robot.BatteryPercent <= LowBatteryPercent || robot.Order is not (null or RobotMode.Cleaning) => RobotMode.Returning,
            RobotMode.Returning when robot.Position == Room.Dock => RobotMode.Charging,
            not RobotMode.Cleaning when robot.Order == RobotMode.Cleaning && robot.BatteryPercent >= StartBatteryPercent => RobotMode.Cleaning,
            RobotMode.Charging when robot.BatteryPercent >= 100 => RobotMode.Idle,
            RobotMode.Idle when robot.Order is null && robot.Rest <= TimeSpan.Zero => RobotMode.Cleaning,
            _ => before,
        };
        if (mode != before)
        {
            robot = Enter(robot, mode);
        }

        // An order is done with when the robot has been through the mode it names, and when that mode cannot come any more.
        var left = robot.Order == before && mode != before;
        var unreachable = mode is RobotMode.Charging or RobotMode.Idle && robot.Order == RobotMode.Returning
            || mode == RobotMode.Idle && robot.Order == RobotMode.Charging;
        return left || unreachable ? robot with { Order = null } : robot;
    }

    private static Robot Enter(Robot robot, RobotMode mode)
    {
        if (mode == RobotMode.Idle)
        {
            var (rest, random) = robot.Random.Draw(20, 90);
            return robot with { Mode = mode, Rest = TimeSpan.FromSeconds(rest), Random = random };
        }

        if (mode == RobotMode.Cleaning)
        {
            var (heading, random) = robot.Random.Draw(0, Math.PI / 2); // out of the corner that the dock stands in
            return robot with { Mode = mode, Heading = heading, Random = random };
        }

        return robot with { Mode = mode };
    }

    private static Robot Clean(Robot robot, double seconds, ICollection<Bump> bumps)
    {
        var way = Speed * seconds;
        var (sin, cos) = Math.SinCos(robot.Heading);
        var ahead = new Position(robot.Position.X + (way * cos), robot.Position.Y + (way * sin));
        robot = robot with
        {
            Position = new Position(Math.Clamp(ahead.X, 0, Room.Width), Math.Clamp(ahead.Y, 0, Room.Depth)),
            ClearWay = robot.ClearWay - way,
            BatteryPercent = Math.Max(0, robot.BatteryPercent - (DrainCleaning(robot.FanSpeed) * seconds)),
        };
        if (robot.ClearWay > 0 && Room.Contains(ahead))
        {
            return robot;
        }

        bumps.Add(new Bump(PressedSide(robot.Heading, ahead), robot.Position));
        return TurnAway(robot);
    }

    private static Robot TurnAway(Robot robot)
    {
        var (turn, random) = robot.Random.Draw(Math.PI / 2, 3 * Math.PI / 2);
        if (robot.ClearWay <= 0)
        {
            (var clearWay, random) = random.Draw(0, 2 * MeanClearWay);
            robot = robot with { ClearWay = clearWay };
        }

        return robot with { Heading = (robot.Heading + turn) % (2 * Math.PI), Random = random };
    }

    /// <summary>The side that a wall touches first; whatever else stands in the way is met head-on.</summary>
    private static BumperSide PressedSide(double heading, Position ahead)
    {
        var wall = ahead switch
        {
            { X: < 0 } => Math.PI,
            { X: > Room.Width } => 0,
            { Y: < 0 } => -Math.PI / 2,
            { Y: > Room.Depth } => Math.PI / 2,
            _ => heading,
        };
        return Math.IEEERemainder(wall - heading, 2 * Math.PI) switch
        {
            > Math.PI / 6 => BumperSide.Left,
            < -Math.PI / 6 => BumperSide.Right,
            _ => BumperSide.Front,
        };
    }

    private static Robot Return(Robot robot, double seconds)
    {
        var way = Speed * seconds;
        var left = robot.Position.DistanceTo(Room.Dock);
        var share = left <= way ? 1 : way / left;
        return robot with
        {
            Position = share >= 1 ? Room.Dock : new Position(robot.Position.X * (1 - share), robot.Position.Y * (1 - share)),
            BatteryPercent = Math.Max(0, robot.BatteryPercent - (DrainReturning * seconds)),
        };
    }

    private static Robot ChargeUp(Robot robot, double seconds) =>
        robot with { BatteryPercent = Math.Min(100, robot.BatteryPercent + (Charge * seconds)) };

    private static double DrainCleaning(FanSpeed fanSpeed) => fanSpeed switch
    {
        FanSpeed.Quiet => 0.05,
        FanSpeed.Turbo => 0.12,
        _ => 0.075,
    };
}
