using System.Text;
using Roost.DeviceSim.Messages;
using Roost.DeviceSim.Robots;

namespace Roost.DeviceSim.Tests.Messages;

public sealed class RobotMessagesTests
{
    private static readonly DateTimeOffset s_time = new(2026, 1, 1, 12, 0, 0, 250, TimeSpan.Zero);

    [Test]
    public void Telemetry_is_the_documented_json()
    {
        var robot = Some.Cleaning() with { BatteryPercent = 79.949, Position = new Position(4.126, 3) };

        Assert.That(Encoding.UTF8.GetString(RobotMessages.Telemetry("vac-01", robot, s_time)), Is.EqualTo(
            """{"robot":"vac-01","battery":79.9,"position":{"x":4.13,"y":3},"mode":"cleaning","time":"2026-01-01T12:00:00.250Z"}"""));
    }

    [Test]
    public void A_bump_is_the_documented_json()
    {
        Assert.That(Encoding.UTF8.GetString(RobotMessages.Bump("vac-01", new Bump(BumperSide.Left, new Position(8, 1.5)), s_time)), Is.EqualTo(
            """{"robot":"vac-01","side":"left","position":{"x":8,"y":1.5},"time":"2026-01-01T12:00:00.250Z"}"""));
    }
}
