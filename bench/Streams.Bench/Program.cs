// What streams cost and how fast they are, beside floors and peers on the same machine. Rounds are interleaved, so that a noisy machine is as
// noisy to each side. Say the load with the figures.
//   dotnet run -c Release --project bench/Streams.Bench -- append   acknowledged appends beside write + fdatasync and beside nats-server
//   dotnet run -c Release --project bench/Streams.Bench -- export   exports to mosquitto on loopback
//   dotnet run -c Release --project bench/Streams.Bench -- drain    a backlog of a million records while 1,000 a second arrive
//   dotnet run -c Release --project bench/Streams.Bench -- link     exports over links with a round trip of 100 ms beside a bare socket
// Each takes [ROUNDS] [FOLDER]; the folder decides which disk is measured.
using Roost.Streams.Bench.Append;
using Roost.Streams.Bench.Drain;
using Roost.Streams.Bench.Export;
using Roost.Streams.Bench.Link;

var rounds = args.Length > 1 ? int.Parse(args[1]) : 3;
var folder = args.Length > 2 ? args[2] : Path.Combine(Path.GetTempPath(), "roost-streams-bench");
Dictionary<string, Func<string, int, Task>> tables = new() { ["append"] = AppendTable.RunAsync, ["export"] = ExportTable.RunAsync, ["drain"] = DrainTable.RunAsync, ["link"] = LinkTable.RunAsync };
if (args.Length == 0 || !tables.TryGetValue(args[0], out var run))
{
    Console.Error.WriteLine($"Say what to measure: {string.Join(", ", tables.Keys)}.");
    return 2;
}

try
{
    await run(folder, rounds);
    return 0;
}
finally
{
    if (Directory.Exists(folder))
    {
        Directory.Delete(folder, recursive: true);
    }
}
