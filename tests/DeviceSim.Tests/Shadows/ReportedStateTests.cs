using System.Text;
using Roost.DeviceSim.Robots;
using Roost.DeviceSim.Shadows;

namespace Roost.DeviceSim.Tests.Shadows;

public sealed class ReportedStateTests
{
    private ReportedState _reported = null!;

    [SetUp]
    public void StartWithAnUnknownShadow() => _reported = new ReportedState();

    [Test]
    public void The_first_update_tells_everything()
    {
        Assert.That(Update(Some.Cleaning()), Is.EqualTo("""{"state":{"reported":{"mode":"cleaning","battery":80,"fanSpeed":"standard"}}}"""));
    }

    [Test]
    public void Nothing_new_is_no_update()
    {
        Update(Some.Cleaning());

        Assert.That(Update(Some.Cleaning() with { BatteryPercent = 75.1, Position = new Position(1, 1) }), Is.Null);
    }

    [TestCase(75.0, """{"state":{"reported":{"battery":75}}}""")]
    [TestCase(84.9, null)]
    [TestCase(85.0, """{"state":{"reported":{"battery":85}}}""")]
    public void The_battery_is_told_in_steps_of_five_percent(double percent, string? update)
    {
        Update(Some.Cleaning());

        Assert.That(Update(Some.Cleaning() with { BatteryPercent = percent }), Is.EqualTo(update));
    }

    [Test]
    public void A_mode_that_was_ordered_is_reported_and_the_order_stands()
    {
        Update(Some.Cleaning());

        Assert.That(Update(Some.Cleaning().Obey(RobotMode.Returning)), Is.EqualTo("""{"state":{"reported":{"mode":"returning"}}}"""));
    }

    [Test]
    public void An_order_that_is_done_with_is_taken_out_of_desired()
    {
        _reported.Ordered(RobotMode.Returning);
        Update(Some.Cleaning().Obey(RobotMode.Returning));

        Assert.That(Update(Some.Charging()), Is.EqualTo("""{"state":{"desired":{"mode":null},"reported":{"mode":"charging"}}}"""));
        Assert.That(Update(Some.Charging()), Is.Null);
    }

    [Test]
    public void An_order_that_cannot_be_obeyed_any_more_is_taken_out_of_desired()
    {
        Update(Some.Charging());
        _reported.Ordered(RobotMode.Returning);

        Assert.That(Update(Some.Charging().Obey(RobotMode.Returning)), Is.EqualTo("""{"state":{"desired":{"mode":null},"reported":{}}}"""));
    }

    [Test]
    public void After_a_new_connection_everything_is_told_again()
    {
        Update(Some.Cleaning());
        _reported.Forget();

        Assert.That(Update(Some.Cleaning()), Does.Contain("mode").And.Contain("battery").And.Contain("fanSpeed"));
    }

    private string? Update(Robot robot) => _reported.NextUpdate(robot) is { } payload ? Encoding.UTF8.GetString(payload) : null;
}
