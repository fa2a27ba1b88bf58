using Roost.DeviceSim.Robots;

namespace Roost.DeviceSim.Tests;

internal static class Some
{
    public static Robot Cleaning() => new()
    {
        BatteryPercent = 80,
        Position = new Position(4, 3),
        Mode = RobotMode.Cleaning,
        FanSpeed = FanSpeed.Standard,
        ClearWay = 1000,
        Random = new SeededRandom(1),
    };

    public static Robot Charging() => Cleaning() with { Mode = RobotMode.Charging, Position = Room.Dock };
}
