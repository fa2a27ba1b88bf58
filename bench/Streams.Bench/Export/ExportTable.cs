namespace Roost.Streams.Bench.Export;

/// <summary>How fast does an export carry records to mosquitto on loopback?</summary>
internal static class ExportTable
{
    public static Task RunAsync(string folder, int rounds) => Measurement.RunAllAsync(folder, rounds,
    [
        new("MQTT 5, max-inflight 100", () => ExportToMosquitto.RunAsync(folder, "5", maxInflight: 100)),
        new("MQTT 5, max-inflight 1,000", () => ExportToMosquitto.RunAsync(folder, "5", maxInflight: 1000)),
        new("MQTT 3.1.1, max-inflight 1,000", () => ExportToMosquitto.RunAsync(folder, "3.1.1", maxInflight: 1000)),
    ]);
}
