using Microsoft.Extensions.Logging.Abstractions;
using Roost.Storage.Logs;

namespace Roost.Storage.Bench;

/// <summary>Producers that each keep a number of records of 128 bytes on their way, synced.</summary>
internal static class LogAppend
{
    public const int RecordBytes = 128;
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    private const int FieldBytes = 34;

    public static async Task<(long, TimeSpan)> RunAsync(string folder, int producers, int inFlight)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        await using var log = AppendLog.Open(folder, new AppendLogOptions(), TimeProvider.System, NullLogger.Instance);
        var began = TimeProvider.System.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, producers).Select(_ => Task.Run(() => ProduceAsync(log, inFlight, began))));
        return (counts.Sum(), TimeProvider.System.GetElapsedTime(began));
    }

    private static async Task<long> ProduceAsync(AppendLog log, int inFlight, long began)
    {
        var payload = new byte[RecordBytes - FieldBytes];
        long count = 0;
        while (TimeProvider.System.GetElapsedTime(began) < Duration)
        {
            long last = 0;
            for (var record = 0; record < inFlight; record++)
            {
                last = log.Append([], [], payload);
            }

            await log.WaitDurableAsync(last);
            count += inFlight;
        }

        return count;
    }
}
