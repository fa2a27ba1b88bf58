using Microsoft.Extensions.Logging;
using Roost.Streams.Export.Progress;

namespace Roost.Streams.Export.Batches;

/// <summary>Tells of records that an export will never send: counted, with the reason, and logged.</summary>
internal sealed class RecordLosses(ExportIdentity identity, ExportCounters counters, ILogger logger)
{
    private readonly HashSet<long> _told = [];

    /// <summary>Retention freed them. Offsets that a full disk left unused cannot be told from lost ones once their segment is gone.</summary>
    public void Trimmed(OffsetRange range)
    {
        counters.Lost(range.Count);
        Log.ExportGap(logger, identity.Name, identity.Stream, range.First, range.Next - 1);
    }

    /// <summary>Those within the range that were lost to damage and given up by a repair; each is told once, however often its place is passed.</summary>
    public void Damaged(OffsetRange range, IReadOnlyList<(long First, long Next)> lost)
    {
        foreach (var (first, next) in lost)
        {
            if (first < range.Next && next > range.First && _told.Add(first))
            {
                counters.Lost(next - first);
                Log.ExportPassedDamage(logger, identity.Name, identity.Stream, next - first, first, next);
            }
        }
    }

    /// <summary>They are older than the export's <c>max-age</c>.</summary>
    public void Expired(long records)
    {
        if (records > 0)
        {
            counters.Expired(records);
            Log.ExportExpired(logger, identity.Name, identity.Stream, records);
        }
    }
}
