namespace Roost.Streams.Bench.Link;

/// <summary>The rows that compare the ways of an export with a bare socket, on a link of 1 and one of 10 Mbit/s.</summary>
internal static class LinkTable
{
    private const int RecordBytes = 200;

    // By default mosquitto announces a Receive Maximum of 20 to MQTT 5 clients, which no window of ours can exceed.
    private const string NoReceiveMaximum = "max_inflight_messages 0\n";

    public static async Task RunAsync(string folder, int rounds)
    {
        (string Name, Func<int, Task<LinkUse>> Run)[] rows =
        [
            ("bare socket", LinkRun.BareAsync),
            ("MQTT 5, a message a record, mosquitto's Receive Maximum of 20", rate => LinkRun.ExportAsync(folder, rate, RecordBytes, "", "5", new ExportOptions())),
            ("MQTT 5, a message a record, no Receive Maximum", rate => LinkRun.ExportAsync(folder, rate, RecordBytes, NoReceiveMaximum, "5", new ExportOptions())),
            ("MQTT 3.1.1, a message a record", rate => LinkRun.ExportAsync(folder, rate, RecordBytes, "", "3.1.1", new ExportOptions { Envelope = MqttEnvelope.None })),
            ("MQTT 5, batches, not packed, Receive Maximum of 20", rate => LinkRun.ExportAsync(folder, rate, RecordBytes, "", "5", Batches())),
        ];
        var uses = new Dictionary<(int Rate, string Name), List<LinkUse>>();
        int[] rates = [125_000, 1_250_000];
        for (var round = 0; round < rounds; round++)
        {
            foreach (var rate in rates)
            {
                foreach (var (name, run) in rows)
                {
                    var use = await run(rate);
                    (uses.TryGetValue((rate, name), out var list) ? list : uses[(rate, name)] = []).Add(use);
                }
            }
        }

        Report.Machine();
        Console.WriteLine($"Records of {RecordBytes} bytes, round trip {LinkRun.RoundTrip.TotalMilliseconds} ms, {rounds} rounds\n");
        Console.WriteLine("| link | what | share of the link, median | lowest-highest | records/s, median |\n|---|---|---|---|---|");
        foreach (var ((rate, name), list) in uses)
        {
            var shares = list.Select(use => use.Share).Order().ToList();
            var records = list.Select(use => use.RecordsPerSecond).Order().ToList();
            Console.WriteLine($"| {rate * 8 / 1_000_000.0:0.#} Mbit/s | {name} | {shares[shares.Count / 2]:P0} | {shares[0]:P0}-{shares[^1]:P0} | {(records[^1] > 0 ? $"{records[records.Count / 2]:N0}" : "-")} |");
        }
    }

    /// <remarks>Not packed: the records are all zeros.</remarks>
    private static ExportOptions Batches() => new()
    {
        Batch = new ExportBatchOptions { Records = 500, Bytes = 128 * 1024, Linger = TimeSpan.FromSeconds(1) },
        Compress = BatchCompression.None,
    };
}
