namespace Roost.Hardware.Sensors;

/// <summary>Through which part of the kernel a sensor is read.</summary>
public enum SensorKind
{
    /// <summary>/sys/class/hwmon: temperatures, voltages, currents, power, fans, humidity.</summary>
    Hwmon,

    /// <summary>/sys/bus/iio: converters, and sensors for climate, light, acceleration and more.</summary>
    Iio,

    /// <summary>1-Wire thermometers (DS18B20 and its relatives).</summary>
    W1,

    /// <summary>/sys/class/thermal: the processor's temperature.</summary>
    Thermal,

    /// <summary>Whether a Raspberry Pi is slowed down, and why.</summary>
    Throttling,

    /// <summary>What an SD card or eMMC has written, and what an eMMC says of its wear.</summary>
    Card,
}
