using Microsoft.Extensions.Hosting;

namespace Roost.Gateway.Hosting;

/// <summary>
/// Gives memory back after a burst. The collector runs when something is allocated: a daemon that fell idle after a busy hour would keep what that hour
/// took for as long as nothing happens. So one collection is made when half a minute was quiet after something was going on. Then, and soon after
/// the start, the pages of libraries go that are not in use (<see cref="LibraryPages"/>).
/// </summary>
internal sealed class MemoryReturn(TimeProvider clock) : BackgroundService
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    /// <summary>All that is loaded at the start has been by then, and what is hot has been compiled; after as long again, its pages go.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <summary>Fewer bytes than this in a period are its own timers and probes.</summary>
    public const long QuietBytes = 2 * 1024 * 1024;

    /// <summary>Below this nothing was going on that would be worth a collection.</summary>
    public const long BusyBytes = 16 * 1024 * 1024;

    /// <summary>A larger heap holds live messages, and moving them would stop the broker for more than a moment.</summary>
    public const long LargestHeapBytes = 128 * 1024 * 1024;

    private long _seenBytes;
    private long _collectedAtBytes = -BusyBytes; // the start is worth one, however little it has allocated

    /// <summary>Called once a period.</summary>
    /// <param name="allocatedBytes">Since the start of the process.</param>
    /// <param name="heapBytes">Now, what is garbage included.</param>
    /// <returns>True: collect.</returns>
    public bool IsWorthwhile(long allocatedBytes, long heapBytes)
    {
        var isQuiet = allocatedBytes - _seenBytes < QuietBytes;
        _seenBytes = allocatedBytes;
        if (!isQuiet || allocatedBytes - _collectedAtBytes < BusyBytes || heapBytes > LargestHeapBytes)
        {
            return false;
        }

        _collectedAtBytes = allocatedBytes;
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(Settling, clock, stoppingToken);
            var mapped = LibraryPages.Mapped();
            await Task.Delay(Settling, clock, stoppingToken);
            LibraryPages.Release(mapped);
            using var timer = new PeriodicTimer(Period, clock);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (IsWorthwhile(GC.GetTotalAllocatedBytes(), GC.GetTotalMemory(forceFullCollection: false)))
                {
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                    LibraryPages.Release(mapped);
                    mapped = LibraryPages.Mapped(); // what has been loaded since goes the next time
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: all memory goes back soon.
        }
    }
}
