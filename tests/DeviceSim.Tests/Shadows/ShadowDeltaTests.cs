using System.Text;
using Roost.DeviceSim.Robots;
using Roost.DeviceSim.Shadows;

namespace Roost.DeviceSim.Tests.Shadows;

public sealed class ShadowDeltaTests
{
    [Test]
    public void A_delta_names_mode_and_fan_speed()
    {
        Assert.That(ShadowDelta.TryParse(Bytes("""{"version":7,"timestamp":1,"state":{"mode":"returning","fanSpeed":"turbo"},"metadata":{}}"""), out var delta));
        Assert.That(delta, Is.EqualTo(new ShadowDelta(7, RobotMode.Returning, FanSpeed.Turbo)));
    }

    [Test]
    public void What_a_delta_does_not_name_is_left_alone()
    {
        Assert.That(ShadowDelta.TryParse(Bytes("""{"version":7,"state":{"colour":"red"}}"""), out var delta));
        Assert.That(delta, Is.EqualTo(new ShadowDelta(7, null, null)));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{\"version\":1")]
    [TestCase("""{"state":{"mode":"idle"}}""")]
    [TestCase("""{"version":1.5,"state":{"mode":"idle"}}""")]
    [TestCase("""{"version":"1","state":{"mode":"idle"}}""")]
    [TestCase("""{"version":1,"state":"idle"}""")]
    [TestCase("""{"version":1,"state":{"mode":"flying"}}""")]
    [TestCase("""{"version":1,"state":{"mode":2}}""")]
    [TestCase("""{"version":1,"state":{"mode":"Idle"}}""")]
    public void What_no_robot_understands_is_refused(string payload)
    {
        Assert.That(ShadowDelta.TryParse(Bytes(payload), out _), Is.False);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
