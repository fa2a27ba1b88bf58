// The process that the crash tests kill: stores numbers until it ends, and says on stdout, a line each, what was acknowledged.
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Storage;
using Roost.Storage.Crash;
using Roost.Storage.Logs;
using Roost.Storage.Sqlite;

var (mode, folder) = (args[0], args[1]);
await (mode switch
{
    "sqlite" => WriteToDatabaseAsync(),
    "compress" => AppendCompressibleAsync(),
    "upgrade" => Task.Run(() => CrashUpgrade.In(folder).Run(Say)),
    _ => AppendAsync(Enum.Parse<Durability>(mode)),
});

async Task AppendAsync(Durability durability)
{
    // Small segments, so that kills meet their sealing and making too.
    var options = new AppendLogOptions { Durability = durability, SegmentBytes = 16 * 1024 };
    var log = AppendLog.Open(folder, options, TimeProvider.System, NullLogger.Instance);
    var cursor = log.OpenCursor("crash", 0);
    await Task.WhenAll(Enumerable.Range(0, 8).Select(async producer =>
    {
        for (var number = 0; ; number++)
        {
            var payload = $"{producer}:{number}:{new string('x', number % 300)}";
            var offset = await log.AppendAsync(default, default, System.Text.Encoding.ASCII.GetBytes(payload));
            Say($"{offset} {payload}");
            if (producer == 0)
            {
                await cursor.CommitAsync(offset + 1);
                Say($"cursor {offset + 1}");
            }
        }
    }));
}

// Segments of a few blocks, sealed all the time: kills meet the making of copies, and their taking the segment's name.
async Task AppendCompressibleAsync()
{
    var options = new AppendLogOptions { Durability = Durability.Crash, SegmentBytes = 128 * 1024, Compression = LogCompression.Always };
    var log = AppendLog.Open(folder, options, TimeProvider.System, NullLogger.Instance);
    while (true)
    {
        var offset = await log.AppendAsync(default, default, System.Text.Encoding.ASCII.GetBytes(new string((char)('a' + (log.NextOffset % 26)), 2000)));
        Say($"{offset} x");
    }
}

async Task WriteToDatabaseAsync()
{
    var options = new SqliteStoreOptions { Durability = Durability.PowerLoss, Migrations = ["CREATE TABLE number (value TEXT PRIMARY KEY)"] };
    var store = SqliteStore.Open(Path.Combine(folder, "crash.db"), options, NullLogger.Instance);
    await Task.WhenAll(Enumerable.Range(0, 8).Select(async producer =>
    {
        for (var number = 0; ; number++)
        {
            var value = $"{Environment.ProcessId}:{producer}:{number}";
            await store.WriteAsync(connection => Insert(connection, value));
            Say(value);
        }
    }));
}

static void Insert(SqliteConnection connection, string value)
{
    using var command = connection.CreateCommand();
    command.CommandText = "INSERT INTO number VALUES ($value)";
    command.Parameters.AddWithValue("$value", value);
    command.ExecuteNonQuery();
}

static void Say(string line)
{
    lock (Console.Out)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
