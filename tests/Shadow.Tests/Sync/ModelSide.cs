using Roost.Shadow.Documents;
using Roost.Shadow.Sync;

namespace Roost.Shadow.Tests.Sync;

/// <summary>One side of a sync as the real engine of shadows keeps it: versions continue over a deletion, unless it is long ago.</summary>
internal sealed class ModelSide
{
    private const long TwoDays = 48 * 3600;
    private static readonly ShadowLimits Limits = new(64 * 1024, 16);
    private ShadowRecord? _record;
    private bool _deleted;

    public long Now { get; set; } = 1000;

    public ShadowState? State => _record?.State;

    /// <summary>As a sync sees it that learns of deletions.</summary>
    public SyncSide Seen => _record?.State is null
        ? SyncSide.Absent with { Recreated = _deleted }
        : new SyncSide(_record.State, _record.Version, Newest(_record.State), _deleted);

    public bool Update(byte[] body)
    {
        var outcome = ShadowEngine.Update(_record, body, Limits, Now++);
        _record = outcome.Record ?? _record;
        return outcome.Record is not null;
    }

    public void Delete()
    {
        if (ShadowEngine.Delete(_record, default, "x", null, Now++).Record is { } tombstone)
        {
            _record = tombstone;
            _deleted = true;
        }
    }

    public void WaitTwoDays() => Now += TwoDays;

    public void Synced() => _deleted = false;

    /// <returns>False when the side is not any more what the step was decided for.</returns>
    public bool Apply(SyncStep step)
    {
        if (step.Delete)
        {
            if (_record?.Version != step.ExpectedVersion)
            {
                return false;
            }

            Delete();
            return true;
        }

        return step.Patch is null || (step.ExpectedVersion is not null || _record is null or { IsTombstone: true }) && Update(step.Patch.ToRequest(step.ExpectedVersion, "sync"));
    }

    private static long Newest(ShadowState state)
    {
        var times = new List<long>();
        state.Desired?.AddTimestamps(times);
        state.Reported?.AddTimestamps(times);
        return times.Count == 0 ? 0 : times.Max();
    }
}
