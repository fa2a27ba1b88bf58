using Microsoft.Extensions.Options;

namespace Roost.Hardware;

internal sealed partial class HardwareOptionsValidator
{
    private const int MostSensors = 256;
    private const int LongestSensorName = 64;

    private static readonly TimeSpan _leastEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _mostEvery = TimeSpan.FromDays(1);

    private static void ValidateSensors(HardwareOptions options, Dictionary<(string Thing, string Property), string> points, ValidateOptionsResultBuilder faults)
    {
        if (options.Sensors.Count > MostSensors)
        {
            faults.AddError($"{HardwareOptions.Section}:Sensors has {options.Sensors.Count} sensors; use at most {MostSensors}");
        }

        for (var i = 0; i < options.Sensors.Count; i++)
        {
            var (key, sensor) = ($"{HardwareOptions.Section}:Sensors:{i}", options.Sensors[i]);
            PointRules.Validate(key, sensor, points, faults);
            if (sensor.Source is null)
            {
                faults.AddError($"{key}:Source is missing; write hwmon, iio, w1, thermal, throttling or card. 'roost hardware sensors' lists what is there");
            }

            if (sensor.Device is { } device && !IsName(device))
            {
                faults.AddError($"{key}:Device names no sensor ({device}); write its name, such as lm75, lm75@1-0048 or 28-00000a1b2c3d");
            }

            if (sensor.Channel is { } channel && !IsName(channel))
            {
                faults.AddError($"{key}:Channel names none ({channel}); write temp1, humidityrelative or a label");
            }

            if (sensor.Every < _leastEvery || sensor.Every > _mostEvery)
            {
                faults.AddError($"{key}:Every is {Storage.Duration.Format(sensor.Every)}; use 100ms to 1d");
            }

            if (!double.IsFinite(sensor.Scale) || sensor.Scale == 0)
            {
                faults.AddError($"{key}:Scale is {sensor.Scale}; use a number that is not 0");
            }

            if (!double.IsFinite(sensor.Offset))
            {
                faults.AddError($"{key}:Offset is {sensor.Offset}; use a number");
            }
        }
    }

    /// <summary>It becomes part of a path: nothing that leads out of the folder.</summary>
    private static bool IsName(string text) =>
        text.Length is > 0 and <= LongestSensorName && text[0] != '.' && !text.Any(static letter => letter == '/' || char.IsControl(letter));
}
