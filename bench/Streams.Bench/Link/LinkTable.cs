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
            ("MQTT 3.1.1, max-inflight 100", rate => LinkRun.ExportAsync(folder, rate, RecordBytes, "", "3.1.1", new ExportOptions { MaxInflight = 100 })),
            ("MQTT 3.1.1, max-inflight 1,000", rate => LinkRun.ExportAsync(folder, rate, RecordBytes, "", "3.1.1", new ExportOptions { MaxInflight = 1000 })),
            ("MQTT 3.1.1, max-inflight 5,000", rate => LinkRun.ExportAsync(folder, rate, RecordBytes, "", "3.1.1", new ExportOptions { MaxInflight = 5000 })),
            ("MQTT 5, max-inflight 1,000, mosquitto's Receive Maximum of 20", rate => LinkRun.ExportAsync(folder, rate, RecordBytes, "", "5", new ExportOptions { MaxInflight = 1000 })),
            ("MQTT 5, max-inflight 1,000, no Receive Maximum", rate => LinkRun.ExportAsync(folder, rate, RecordBytes, NoReceiveMaximum, "5", new ExportOptions { MaxInflight = 1000 })),
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
}
