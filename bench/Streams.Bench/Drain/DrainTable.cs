namespace Roost.Streams.Bench.Drain;

/// <summary>How fast does a backlog of a million records drain, how late are records that arrive meanwhile, and what memory does it take?</summary>
internal static class DrainTable
{
    private const int Records = 1_000_000;

    public static async Task RunAsync(string folder, int rounds)
    {
        (string Name, Action<ExportOptions> Configure)[] rows =
        [
            ("in order", export => export.Backlog = BacklogOrder.InOrder),
            ("oldest first, live beside it", export => export.Backlog = BacklogOrder.OldestFirst),
            ("newest first, live beside it", export => export.Backlog = BacklogOrder.NewestFirst),
        ];
        var results = rows.ToDictionary(row => row.Name, _ => new List<DrainResult>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, configure) in rows)
            {
                results[name].Add(await new DrainRun(folder, Records, configure).RunAsync());
            }
        }

        Report.Machine();
        Console.WriteLine($"{Records:N0} records of 200 bytes while 1,000 a second arrive, {rounds} rounds; medians\n");
        Console.WriteLine("| order | records/s, median | lowest-highest | live record late by p50 ms | p99 | most | RSS before MiB | halfway | most |\n|---|---|---|---|---|---|---|---|---|");
        foreach (var (name, list) in results)
        {
            Console.WriteLine(
                $"| {name} | {Median(list, result => result.RecordsPerSecond):N0} | {list.Min(result => result.RecordsPerSecond):N0}-{list.Max(result => result.RecordsPerSecond):N0} "
                + $"| {Median(list, result => result.Late(0.5)):N0} | {Median(list, result => result.Late(0.99)):N0} | {list.Max(result => result.Late(1)):N0} "
                + $"| {MiB(list, result => result.BytesBefore)} | {MiB(list, result => result.BytesHalfway)} | {MiB(list, result => result.BytesMost)} |");
        }
    }

    private static double Median(List<DrainResult> results, Func<DrainResult, double> value) => results.Select(value).Order().ElementAt(results.Count / 2);

    private static string MiB(List<DrainResult> results, Func<DrainResult, long> bytes) => $"{Median(results, result => bytes(result)) / 1024 / 1024:N0}";
}
