using System.Buffers;
using System.Text.Json;
using Roost.DeviceSim.Robots;

namespace Roost.DeviceSim.Messages;

/// <summary>The payloads that robots publish; docs of the fields in device-sim/README.md.</summary>
internal static class RobotMessages
{
    public static byte[] Telemetry(string name, Robot robot, DateTimeOffset time)
    {
        var buffer = new ArrayBufferWriter<byte>(160);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("robot"u8, name);
        json.WriteNumber("battery"u8, Math.Round(robot.BatteryPercent, 1));
        WritePosition(json, robot.Position);
        json.WriteString("mode"u8, RobotNames.Of(robot.Mode));
        WriteTime(json, time);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] Bump(string name, Bump bump, DateTimeOffset time)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("robot"u8, name);
        json.WriteString("side"u8, RobotNames.Of(bump.Side));
        WritePosition(json, bump.Position);
        WriteTime(json, time);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WritePosition(Utf8JsonWriter json, Position position)
    {
        json.WriteStartObject("position"u8);
        json.WriteNumber("x"u8, Math.Round(position.X, 2)); // centimetres are what odometry gives
        json.WriteNumber("y"u8, Math.Round(position.Y, 2));
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, DateTimeOffset time) =>
        json.WriteString("time"u8, time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
}
