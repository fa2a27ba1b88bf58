using FsCheck;
using FsCheck.Fluent;
using Roost.DeviceSim.Robots;

namespace Roost.DeviceSim.Tests.Robots;

public sealed class RobotPhysicsTests
{
    private static readonly RobotMode?[] s_orders = [null, .. Enum.GetValues<RobotMode>().Cast<RobotMode?>()];

    /// <summary>What a run is made of: a seed, and an order or fan speed or nothing before each step of up to ten seconds.</summary>
    private static Arbitrary<(ulong Seed, (RobotMode? Order, FanSpeed? FanSpeed, int Milliseconds)[] Steps)> Runs() =>
        (from seed in ArbMap.Default.GeneratorFor<ulong>()
         from steps in (from order in Gen.Frequency((20, Gen.Constant<RobotMode?>(null)), (1, Gen.Elements(s_orders)))
                        from fanSpeed in Gen.Frequency((20, Gen.Constant<FanSpeed?>(null)), (1, Gen.Elements(Enum.GetValues<FanSpeed>().Cast<FanSpeed?>())))
                        from milliseconds in Gen.Choose(1, 10_000)
                        select (order, fanSpeed, milliseconds)).ArrayOf(600)
         select (seed, steps)).ToArbitrary();

    private static List<(Robot Robot, List<Bump> Bumps)> Run(ulong seed, IEnumerable<(RobotMode? Order, FanSpeed? FanSpeed, int Milliseconds)> steps)
    {
        var robot = Robot.Create(seed, 0);
        var states = new List<(Robot, List<Bump>)> { (robot, []) };
        foreach (var (order, fanSpeed, milliseconds) in steps)
        {
            robot = order is { } mode ? robot.Obey(mode) : robot;
            robot = fanSpeed is { } speed ? robot with { FanSpeed = speed } : robot;
            var bumps = new List<Bump>();
            robot = RobotPhysics.Advance(robot, TimeSpan.FromMilliseconds(milliseconds), bumps);
            states.Add((robot, bumps));
        }

        return states;
    }

    private static void ForAllRuns(Func<List<(Robot Robot, List<Bump> Bumps)>, bool> holds) =>
        Prop.ForAll(Runs(), run => holds(Run(run.Seed, run.Steps))).QuickCheckThrowOnFailure();

    [Test]
    public void The_battery_stays_between_empty_and_full() =>
        ForAllRuns(run => run.TrueForAll(state => state.Robot.BatteryPercent is >= 0 and <= 100));

    [Test]
    public void A_robot_docks_before_its_battery_is_empty() =>
        ForAllRuns(run => run.TrueForAll(state => state.Robot.BatteryPercent > 10));

    [Test]
    public void A_robot_never_leaves_its_room() =>
        ForAllRuns(run => run.TrueForAll(state => Room.Contains(state.Robot.Position) && state.Bumps.TrueForAll(bump => Room.Contains(bump.Position))));

    [Test]
    public void A_robot_charges_and_rests_only_in_the_dock() =>
        ForAllRuns(run => run.TrueForAll(state => state.Robot.Mode is RobotMode.Cleaning or RobotMode.Returning || state.Robot.Position == Room.Dock));

    [Test]
    public void A_robot_on_its_way_home_and_in_the_dock_bumps_into_nothing() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), seed =>
        {
            var bumps = new List<Bump>();
            RobotPhysics.Advance(Robot.Create(seed, 0).Obey(RobotMode.Idle), TimeSpan.FromMinutes(30), bumps);
            return bumps.Count == 0;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void The_same_seed_and_the_same_orders_give_the_same_run() =>
        Prop.ForAll(Runs(), run =>
            Run(run.Seed, run.Steps).Select(state => state.Robot).SequenceEqual(Run(run.Seed, run.Steps).Select(state => state.Robot))).QuickCheckThrowOnFailure();

    [Test]
    public void Robots_of_one_fleet_differ() =>
        Assert.That(Enumerable.Range(0, 100).Select(index => Robot.Create(17, index).Position).Where(position => position != Room.Dock), Is.Unique);

    [Test]
    public void A_robot_on_its_own_goes_through_every_mode_within_an_hour_of_work()
    {
        var modes = Run(7, Enumerable.Repeat<(RobotMode?, FanSpeed?, int)>((null, null, 1000), 7200)).Select(state => state.Robot.Mode).Distinct();

        Assert.That(modes, Is.EquivalentTo(Enum.GetValues<RobotMode>()));
    }

    [Test]
    public void A_cleaning_robot_that_is_ordered_home_returns_at_once_and_the_order_ends_in_the_dock()
    {
        var robot = Some.Cleaning().Obey(RobotMode.Returning);
        Assert.That((robot.Mode, robot.Order), Is.EqualTo((RobotMode.Returning, (RobotMode?)RobotMode.Returning)));

        robot = RobotPhysics.Advance(robot, TimeSpan.FromSeconds(40), []);

        Assert.That((robot.Mode, robot.Order), Is.EqualTo((RobotMode.Charging, (RobotMode?)null)));
    }

    [Test]
    public void A_robot_that_is_ordered_to_be_idle_stays_in_the_dock_until_another_order()
    {
        var robot = RobotPhysics.Advance(Some.Cleaning().Obey(RobotMode.Idle), TimeSpan.FromHours(3), []);
        Assert.That((robot.Mode, robot.Order), Is.EqualTo((RobotMode.Idle, (RobotMode?)RobotMode.Idle)));

        Assert.That(robot.Obey(RobotMode.Cleaning).Mode, Is.EqualTo(RobotMode.Cleaning));
    }

    [Test]
    public void An_order_to_clean_waits_for_the_battery()
    {
        var robot = (Some.Charging() with { BatteryPercent = 20 }).Obey(RobotMode.Cleaning);
        Assert.That((robot.Mode, robot.Order), Is.EqualTo((RobotMode.Charging, (RobotMode?)RobotMode.Cleaning)));

        robot = RobotPhysics.Advance(robot, TimeSpan.FromSeconds(70), []);

        Assert.That(robot.Mode, Is.EqualTo(RobotMode.Cleaning));
    }

    [TestCase(RobotMode.Charging, RobotMode.Returning)]
    [TestCase(RobotMode.Idle, RobotMode.Returning)]
    [TestCase(RobotMode.Idle, RobotMode.Charging)]
    public void An_order_for_a_mode_that_cannot_come_any_more_is_dropped(object mode, object order)
    {
        var robot = (Some.Charging() with { Mode = (RobotMode)mode, BatteryPercent = 100, Rest = TimeSpan.FromMinutes(1) }).Obey((RobotMode)order);

        Assert.That(robot.Order, Is.Null);
    }

    [Test]
    public void Turbo_empties_the_battery_sooner_than_quiet()
    {
        var quiet = RobotPhysics.Advance(Some.Cleaning() with { FanSpeed = FanSpeed.Quiet }, TimeSpan.FromMinutes(1), []);
        var turbo = RobotPhysics.Advance(Some.Cleaning() with { FanSpeed = FanSpeed.Turbo }, TimeSpan.FromMinutes(1), []);

        Assert.That(turbo.BatteryPercent, Is.LessThan(quiet.BatteryPercent));
    }

    [TestCase(0, BumperSide.Front)]
    [TestCase(0.9, BumperSide.Right)]
    [TestCase(-0.9, BumperSide.Left)]
    public void The_side_that_faces_the_wall_is_pressed(double heading, object side)
    {
        var bumps = new List<Bump>();
        var robot = Some.Cleaning() with { Position = new Position(Room.Width, 3), Heading = heading };

        RobotPhysics.Advance(robot, TimeSpan.FromMilliseconds(100), bumps);

        Assert.That(bumps.Single().Side, Is.EqualTo((BumperSide)side));
    }
}
