namespace Roost.Streams.Bench.Append;

/// <summary>Producers that each wait for the acknowledgement of one record before they send the next.</summary>
internal static class ClosedLoop
{
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    /// <param name="producers">One task each.</param>
    /// <param name="appendAsync">Sends the next record of a producer and waits for its acknowledgement.</param>
    public static async Task<(long Records, TimeSpan Elapsed)> RunAsync(int producers, Func<int, Task> appendAsync)
    {
        await RunOnceAsync(producers, appendAsync); // a server that has just started compiles, and its files are new
        return await RunOnceAsync(producers, appendAsync);
    }

    private static async Task<(long Records, TimeSpan Elapsed)> RunOnceAsync(int producers, Func<int, Task> appendAsync)
    {
        var began = TimeProvider.System.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, producers).Select(producer => Task.Run(() => ProduceAsync(producer))));
        return (counts.Sum(), TimeProvider.System.GetElapsedTime(began));

        async Task<long> ProduceAsync(int producer)
        {
            long count = 0;
            for (; TimeProvider.System.GetElapsedTime(began) < Duration; count++)
            {
                await appendAsync(producer);
            }

            return count;
        }
    }
}
