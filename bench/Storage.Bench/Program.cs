// What does group commit cost over the bare system calls? Rounds are interleaved, so that a noisy machine is as noisy to each side.
//   dotnet run -c Release --project bench/Storage.Bench -- [FOLDER] [ROUNDS]
// What opening a log of so many GiB takes (default 10), reading at the tail, and what is written for a byte accepted:
//   dotnet run -c Release --project bench/Storage.Bench -- open [FOLDER] [GIB] | tail [FOLDER] | written [FOLDER]
using System.Globalization;
using Roost.Storage.Bench;

if (args is ["open" or "tail" or "written", ..])
{
    var place = args.Length > 1 ? args[1] : Path.Combine(Path.GetTempPath(), "roost-storage-bench");
    await (args[0] switch
    {
        "open" => LogShape.OpenAsync(place, args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 10, rounds: 7),
        "tail" => LogShape.TailAsync(place, records: 2000),
        _ => LogShape.WrittenAsync(place),
    });
    return;
}

var folder = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "roost-storage-bench");
var rounds = args.Length > 1 ? int.Parse(args[1]) : 5;
Measurement[] measurements =
[
    new("log, 1 producer", () => LogAppend.RunAsync(folder, producers: 1, inFlight: 1)),
    new("write + fdatasync of one record, growing file", () => BareFile.RunAsync(folder, recordsPerSync: 1)),
    new("log, 64 producers that each wait", () => LogAppend.RunAsync(folder, producers: 64, inFlight: 1)),
    new("log, 1 producer, 500 in flight", () => LogAppend.RunAsync(folder, producers: 1, inFlight: 500)),
    new("write + fdatasync of 64 records", () => BareFile.RunAsync(folder, recordsPerSync: 64)),
    new("write + fdatasync of 500 records", () => BareFile.RunAsync(folder, recordsPerSync: 500)),
    new("sqlite, one by one, synchronous=FULL", () => SqliteUpsert.RunAsync(folder, writers: 1)),
    new("sqlite store, 64 writers at once", () => SqliteUpsert.RunAsync(folder, writers: 64)),
    new("sqlite store, 512 writers at once", () => SqliteUpsert.RunAsync(folder, writers: 512)),
];

for (var round = 0; round <= rounds; round++)
{
    foreach (var measurement in measurements)
    {
        await measurement.RunAsync(warmUp: round == 0);
    }
}

Console.WriteLine("| what | records/s, median | lowest-highest |\n|---|---|---|");
foreach (var measurement in measurements)
{
    Console.WriteLine(measurement.Row);
}
