using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Storage.Logs;

namespace Roost.Storage.Bench;

/// <summary>What a log costs besides its appends: to open a large one, to read at its tail, and in bytes written.</summary>
internal static class LogShape
{
    private const string DropCaches = "/proc/sys/vm/drop_caches";

    /// <summary>Opens a log of so many GiB of records of 1 KiB that do not shrink; with the kernel's caches dropped before each time where that is permitted.</summary>
    public static async Task OpenAsync(string folder, double gibibytes, int rounds)
    {
        Clear(folder);
        var options = new AppendLogOptions { Durability = Durability.Crash };
        await using (var log = Open(folder, options))
        {
            var payload = new byte[990];
            Random.Shared.NextBytes(payload);
            for (long bytes = 0; bytes < gibibytes * (1L << 30); bytes += 1024)
            {
                BitConverter.TryWriteBytes(payload, bytes);
                var offset = log.Append([], [], payload);
                if (bytes % (1 << 20) == 0)
                {
                    await log.WaitDurableAsync(offset);
                }
            }
        }

        var cold = true;
        var times = new List<double>();
        for (var round = 0; round <= rounds; round++)
        {
            cold &= TryDropCaches();
            var began = TimeProvider.System.GetTimestamp();
            await using var log = Open(folder, options);
            if (round > 0)
            {
                times.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        Print($"open {gibibytes} GiB, {Directory.GetFiles(folder, "*.log").Length} segments, {(cold ? "nothing cached" : "cached")}, ms", times);
        Clear(folder);
    }

    /// <summary>A reader waits at the tail of a synced log; from the call of an append to its record being read, and to its acknowledgement.</summary>
    public static async Task TailAsync(string folder, int records)
    {
        Clear(folder);
        await using var log = Open(folder, new AppendLogOptions());
        using var reader = log.OpenReader(0);
        var (read, acknowledged) = (new List<double>(), new List<double>());
        for (var record = 0; record < records; record++)
        {
            var reading = reader.ReadAsync(1, 1024, CancellationToken.None).AsTask();
            var began = TimeProvider.System.GetTimestamp();
            var done = log.AppendAsync(default, default, new byte[94]).AsTask();
            await done;
            acknowledged.Add(TimeProvider.System.GetElapsedTime(began).TotalMicroseconds);
            await reading;
            read.Add(TimeProvider.System.GetElapsedTime(began).TotalMicroseconds);
        }

        Print("append acknowledged, us", acknowledged);
        Print("the same read at the tail, us", read);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| ratio of the medians | {Median(read) / Median(acknowledged):F2} | |"));
    }

    /// <summary>Bytes handed to the kernel for each byte accepted, by size of record, with 500 records in flight, and what is on the disk at the end.</summary>
    public static async Task WrittenAsync(string folder)
    {
        Console.WriteLine("| records | compression | written per byte accepted | on the disk per byte accepted |\n|---|---|---|---|");
        foreach (var samples in new[] { 1, 4, 16, 64 })
        {
            foreach (var compression in new[] { LogCompression.None, LogCompression.Auto, LogCompression.Always })
            {
                Clear(folder);
                await using var log = Open(folder, new AppendLogOptions { SegmentBytes = 4 << 20, Compression = compression });
                var size = await FillAsync(log, samples);
                await SettleAsync(log);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| JSON of {size:N0} bytes | {compression} | {log.WrittenBytes / (double)log.AcceptedBytes:F2} | {log.SizeBytes / (double)log.AcceptedBytes:F2} |"));
            }
        }

        Clear(folder);
    }

    private static async Task<long> FillAsync(AppendLog log, int samples)
    {
        var random = new Random(5);
        long count = 0;
        for (long bytes = 0; bytes < 48 << 20; count++)
        {
            var text = string.Join(",", Enumerable.Range(0, samples).Select(_ => string.Create(
                CultureInfo.InvariantCulture, $"{{\"battery\":{random.Next(1000) / 10.0},\"x\":{random.Next(20000) / 1000.0},\"y\":{random.Next(20000) / 1000.0},\"mode\":\"cleaning\"}}")));
            var payload = Encoding.UTF8.GetBytes($"[{text}]");
            bytes += payload.Length;
            var offset = log.Append([], [], payload);
            if (count % 500 == 499)
            {
                await log.WaitDurableAsync(offset);
            }
        }

        await log.WaitDurableAsync(log.NextOffset - 1);
        return log.AcceptedBytes / count;
    }

    /// <summary>Compression is done when nothing was written for a second.</summary>
    private static async Task SettleAsync(AppendLog log)
    {
        for (long before = -1; before != log.WrittenBytes;)
        {
            before = log.WrittenBytes;
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }
    }

    private static AppendLog Open(string folder, AppendLogOptions options) => AppendLog.Open(folder, options, TimeProvider.System, NullLogger.Instance);

    private static void Clear(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool TryDropCaches()
    {
        try
        {
            File.WriteAllText(DropCaches, "1");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private static void Print(string what, List<double> values) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {Median(values):F1} | {values[0]:F1}-{values[^1]:F1} |"));
}
