namespace Roost.Hardware.Sensors;

/// <summary>One way in which the kernel shows sensors. Looks anew each time, as sensors come and go and change their numbers. Any thread may call; may block.</summary>
internal interface ISensorFamily
{
    SensorKind Kind { get; }

    /// <summary>Whether a reading usually takes so long that it gets a thread of its own.</summary>
    bool IsSlow { get; }

    /// <param name="device">As configured; null: the only one, or the usual one.</param>
    /// <param name="channel">Likewise.</param>
    SensorReading Read(string? device, string? channel);

    /// <summary>Of what <see cref="Read"/> gives: what the deadband is by default.</summary>
    bool IsTemperature(string? channel);

    IEnumerable<FoundSensor> Find();
}
