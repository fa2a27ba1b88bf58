using Roost.Mqtt.Loop;
using Roost.Storage;

namespace Roost.Mqtt.Journal;

/// <summary>
/// The time that deadlines in the journal are written in. It begins as the wall clock's and from then on counts what has passed: while the
/// process runs by the loop's clock, which no change of the wall clock moves, and between two processes by what can be believed.
/// </summary>
/// <remarks>A machine without a clock of its own boots in the past and is set right later: months that nobody lived through end no session.</remarks>
internal sealed class JournalClock(TimeProvider time, LoopClock loop, MachineTime machine) : JournalEntry
{
    private DateTimeOffset _begin = time.GetUtcNow();
    private long _beginAt = loop.Now;
    private Note? _last;

    public DateTimeOffset Now => At(loop.Now);

    /// <summary>When the last note was made, on the loop's clock.</summary>
    public long NotedAt { get; private set; }

    /// <param name="at">On the loop's clock.</param>
    public DateTimeOffset At(long at) => _begin + TimeSpan.FromMilliseconds(at - _beginAt);

    /// <summary>What is needed to go on from here in another process.</summary>
    public RecordBuilder Write(RecordBuilder record)
    {
        NotedAt = loop.Now;
        return record.Begin(JournalRecord.Clock)
            .AddNumber(Now.ToUnixTimeMilliseconds())
            .AddNumber(time.GetUtcNow().ToUnixTimeMilliseconds())
            .AddNumber((long)machine.SinceBoot.TotalMilliseconds)
            .AddByte((byte)(machine.IsSynchronised ? 1 : 0))
            .AddText(NameOf(machine.Boot));
    }

    public void Take(ref RecordParser parser) => _last = new Note(
        DateTimeOffset.FromUnixTimeMilliseconds(parser.ReadNumber()),
        DateTimeOffset.FromUnixTimeMilliseconds(parser.ReadNumber()),
        TimeSpan.FromMilliseconds(parser.ReadNumber()),
        parser.ReadByte() != 0,
        parser.ReadText());

    /// <summary>All records have been read: goes on where the last process was, and adds the time since then as far as it is known.</summary>
    public void Continue()
    {
        if (_last is { } last)
        {
            _begin = last.Journal + Max(SincePassed(last), TimeSpan.Zero);
            _beginAt = loop.Now;
        }
    }

    private TimeSpan SincePassed(Note last)
    {
        if (last.BootIdentifier.Length > 0 && last.BootIdentifier == NameOf(machine.Boot))
        {
            return machine.SinceBoot - last.SinceBoot;
        }

        // The machine was off. Its wall clock counts only where a time server had set it both times.
        return last.WasSynchronised && machine.IsSynchronised ? time.GetUtcNow() - last.Wall : machine.SinceBoot;
    }

    /// <summary>As the kernel writes it; empty where it does not tell.</summary>
    private static string NameOf(Guid boot) => boot == Guid.Empty ? "" : boot.ToString();

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private sealed record Note(DateTimeOffset Journal, DateTimeOffset Wall, TimeSpan SinceBoot, bool WasSynchronised, string BootIdentifier);
}
