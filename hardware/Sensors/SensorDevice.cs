namespace Roost.Hardware.Sensors;

/// <summary>A sensor with a folder of its own.</summary>
/// <param name="Name">The driver's, which several may have.</param>
/// <param name="Place">Where it is, such as 1-0048 on I2C bus 1; empty where that is not known.</param>
internal sealed record SensorDevice(string Name, string Place, string Folder)
{
    /// <summary>As it is to be written where others have the same name.</summary>
    public string FullName => Place.Length == 0 ? Name : $"{Name}@{Place}";

    /// <param name="wanted">A name, a place, or both with an @ between them; null: the only one.</param>
    /// <param name="what">For people: <c>hwmon</c>.</param>
    public static SensorDevice? Choose(IReadOnlyList<SensorDevice> all, string? wanted, string what, out string fault)
    {
        var fitting = wanted is null ? all : [.. all.Where(device => device.Name == wanted || device.FullName == wanted || device.Place == wanted)];
        fault = fitting.Count switch
        {
            0 when all.Count == 0 => $"this machine has no {what} sensor: is its driver loaded, or its overlay in config.txt?",
            0 => $"there is no {what} sensor {wanted}; there are {Names(all)}",
            1 => "",
            _ => $"there are {fitting.Count} such {what} sensors: write {Names(fitting)}",
        };
        return fitting.Count == 1 ? fitting[0] : null;
    }

    /// <summary>How <paramref name="device"/> is to be configured: by its name where that is enough.</summary>
    public static string NameAmong(IReadOnlyList<SensorDevice> all, SensorDevice device) => all.Count(other => other.Name == device.Name) > 1 ? device.FullName : device.Name;

    private static string Names(IReadOnlyList<SensorDevice> devices)
    {
        const int Most = 8;
        var names = devices.Select(device => NameAmong(devices, device)).ToList();
        return string.Join(", ", names.Take(Most)) + (names.Count > Most ? $" and {names.Count - Most} more" : "");
    }
}
