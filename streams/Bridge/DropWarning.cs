using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Roost.Streams.Bridge;

/// <summary>A line in the log for what is dropped: for each entry and reason at most one a minute, with the count.</summary>
internal sealed class DropWarning(TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string, BridgeDrop), long> _last = [];
    private readonly ConcurrentDictionary<(string, BridgeDrop), long> _told = [];

    /// <summary>For a count that somebody else keeps: a line where it has grown since the last call.</summary>
    public void NoteTotal(string bridge, BridgeDrop reason, long count)
    {
        var told = _told.GetOrAdd((bridge, reason), 0L);
        if (count > told && _told.TryUpdate((bridge, reason), count, told))
        {
            Note(bridge, reason, count);
        }
    }

    public void Note(string bridge, BridgeDrop reason, long count)
    {
        var now = clock.GetTimestamp();
        var last = _last.GetOrAdd((bridge, reason), long.MinValue);
        if ((last == long.MinValue || clock.GetElapsedTime(last, now) > s_quiet) && _last.TryUpdate((bridge, reason), now, last))
        {
            BridgeLog.Dropped(logger, bridge, reason.ToString().ToLowerInvariant(), count);
        }
    }
}
