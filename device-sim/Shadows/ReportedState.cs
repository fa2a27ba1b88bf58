using System.Buffers;
using System.Text.Json;
using Roost.DeviceSim.Messages;
using Roost.DeviceSim.Robots;

namespace Roost.DeviceSim.Shadows;

/// <summary>
/// What a robot last told its shadow, and from it the next update: only what changed, and the battery only in steps of five
/// percent, so that a shadow's history is worth reading. An order that is done with is taken out of desired in the same update.
/// </summary>
internal sealed class ReportedState
{
    private const int BatteryStepPercent = 5;

    private RobotMode? _mode;
    private FanSpeed? _fanSpeed;
    private int? _battery;
    private RobotMode? _order;

    /// <returns>The payload of a shadow update; null when the shadow knows everything already.</returns>
    public byte[]? NextUpdate(Robot robot)
    {
        var battery = BatteryStep(robot.BatteryPercent);
        var orderDone = _order is not null && robot.Order is null;
        if (robot.Mode == _mode && robot.FanSpeed == _fanSpeed && battery == _battery && !orderDone)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>(128);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartObject("state"u8);
        if (orderDone)
        {
            json.WriteStartObject("desired"u8);
            json.WriteNull("mode"u8);
            json.WriteEndObject();
        }

        WriteReported(json, robot, battery);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();

        (_mode, _fanSpeed, _battery, _order) = (robot.Mode, robot.FanSpeed, battery, robot.Order);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Desired holds an order for the robot from now on, even where the robot drops it at once.</summary>
    public void Ordered(RobotMode mode) => _order = mode;

    /// <summary>After a new connection nothing is known of the shadow: the next update tells it everything.</summary>
    public void Forget() => (_mode, _fanSpeed, _battery) = (null, null, null);

    private void WriteReported(Utf8JsonWriter json, Robot robot, int battery)
    {
        json.WriteStartObject("reported"u8);
        if (robot.Mode != _mode)
        {
            json.WriteString("mode"u8, RobotNames.Of(robot.Mode));
        }

        if (battery != _battery)
        {
            json.WriteNumber("battery"u8, battery);
        }

        if (robot.FanSpeed != _fanSpeed)
        {
            json.WriteString("fanSpeed"u8, RobotNames.Of(robot.FanSpeed));
        }

        json.WriteEndObject();
    }

    /// <summary>Stays at the step reported last until the battery is a whole step away: no chatter at an edge.</summary>
    private int BatteryStep(double percent) =>
        _battery is { } last && Math.Abs(percent - last) < BatteryStepPercent
            ? last
            : (int)Math.Floor(percent / BatteryStepPercent) * BatteryStepPercent;
}
