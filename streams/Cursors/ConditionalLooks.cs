using System.Runtime.CompilerServices;

namespace Roost.Streams.Cursors;

/// <summary>Lets something be done for a stream at most once in a while.</summary>
internal sealed class ConditionalLooks(TimeSpan pause, TimeProvider clock)
{
    private readonly ConditionalWeakTable<RecordStream, StrongBox<long>> _last = [];

    public bool IsDue(RecordStream stream)
    {
        var now = clock.GetTimestamp();
        var last = _last.GetValue(stream, static _ => new StrongBox<long>(long.MinValue));
        var before = Volatile.Read(ref last.Value);
        return (before == long.MinValue || clock.GetElapsedTime(before, now) >= pause) && Interlocked.CompareExchange(ref last.Value, now, before) == before;
    }
}
