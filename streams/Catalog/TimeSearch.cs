using Roost.Storage.Logs;

namespace Roost.Streams.Catalog;

/// <summary>Finds a record by its time: timestamps never decrease within a log, so halving the range finds the first.</summary>
internal static class TimeSearch
{
    public static long Find(AppendLog log, DateTimeOffset time)
    {
        var (low, high) = (log.FirstOffset, log.DurableOffset);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            using var reader = log.OpenReader(middle);
            if (!reader.TryRead(1, 1, out var records))
            {
                high = middle;
                continue;
            }

            // Retention or a refused write may have left a hole: the record that was read may lie behind the middle.
            if (records[0].Timestamp >= time)
            {
                high = middle;
            }
            else
            {
                low = records[0].Offset + 1;
            }
        }

        return low;
    }
}
