namespace Roost.Streams.Bench;

/// <summary>What does a durable append cost over the bare system calls, and how fast does an export carry records to mosquitto on loopback?</summary>
internal static class AppendTable
{
    public static async Task RunAsync(string folder, int rounds)
    {
        Measurement[] measurements =
        [
            new("append, durable, 1 producer", () => StreamAppend.RunAsync(folder, producers: 1)),
            new("write + fdatasync of 1 record's bytes", () => BareFile.RunAsync(folder, recordsPerSync: 1)),
            new("append, durable, 64 producers", () => StreamAppend.RunAsync(folder, producers: 64)),
            new("write + fdatasync of 64 records' bytes", () => BareFile.RunAsync(folder, recordsPerSync: 64)),
            new("export to mosquitto, MQTT 5, max-inflight 100", () => ExportToMosquitto.RunAsync(folder, "5", maxInflight: 100)),
            new("export to mosquitto, MQTT 5, max-inflight 1,000", () => ExportToMosquitto.RunAsync(folder, "5", maxInflight: 1000)),
            new("export to mosquitto, MQTT 3.1.1, max-inflight 1,000", () => ExportToMosquitto.RunAsync(folder, "3.1.1", maxInflight: 1000)),
        ];
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var measurement in measurements)
            {
                await measurement.RunAsync(warmUp: round == 0);
            }
        }

        Report.Machine();
        Console.WriteLine("| what | records/s, median | lowest-highest |\n|---|---|---|");
        foreach (var measurement in measurements)
        {
            Console.WriteLine(measurement.Row);
        }
    }
}
