using Roost.Shadow.Bench;

// usage: dotnet run -c Release --project bench/Shadow.Bench [seconds per cell, default 3] [repetitions, default 3] [things, default 1,32,512]
// How many durable updates a second do shadows keep, and how many upserts of the same rows does SQLite alone?
//        ... fleet [things, default 10000] [queries of each kind, default 200]
// How long does a question to a fleet take over HTTP?
// All run in one process on one disk, turn by turn; the folder is made in the current one, so stand on the disk to be measured.
if (args is ["fleet", ..])
{
    var fleet = Directory.CreateDirectory(Path.Combine(Directory.GetCurrentDirectory(), $"shadow-bench-{Environment.ProcessId}"));
    try
    {
        await FleetQueries.RunAsync(fleet.FullName, things: args.Length > 1 ? int.Parse(args[1]) : 10_000, rounds: args.Length > 2 ? int.Parse(args[2]) : 200);
    }
    finally
    {
        fleet.Delete(recursive: true);
    }

    return;
}

var window = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0]) : 3);
var repetitions = args.Length > 1 ? int.Parse(args[1]) : 3;
var folder = Directory.CreateDirectory(Path.Combine(Directory.GetCurrentDirectory(), $"shadow-bench-{Environment.ProcessId}"));
try
{
    Console.WriteLine("| things at once | SQLite, one by one /s | SQLite, all in one transaction /s | shadows /s | to one by one | to transactions | update p50 ms | p99 ms | us of CPU an update | bytes allocated |");
    Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
    foreach (var things in args.Length > 2 ? args[2].Split(",").Select(int.Parse).ToArray() : [1, 32, 512])
    {
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            var alone = BareSqlite.Run(folder.FullName, things, perTransaction: 1, window);
            var batched = BareSqlite.Run(folder.FullName, things, perTransaction: things, window);
            var shadows = await ShadowLoad.RunAsync(folder.FullName, things, window);
            Console.WriteLine(
                $"| {things} | {alone:N0} | {batched:N0} | {shadows.PerSecond:N0} | {shadows.PerSecond / alone:0.00} | {shadows.PerSecond / batched:0.00} | {shadows.P50.TotalMilliseconds:0.00} | {shadows.P99.TotalMilliseconds:0.00} | {shadows.MicrosecondsOfCpu:0.0} | {shadows.BytesAllocated:N0} |");
        }
    }
}
finally
{
    folder.Delete(recursive: true);
}
