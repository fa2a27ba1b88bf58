using System.Buffers.Binary;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Ages;

/// <summary>
/// How old records are, by time that has surely passed since they were appended, whatever the wall clock showed then or shows now: ADR 0132. Kept with the log.
/// Layout: docs/formats/append-log.md. Any thread may call.
/// </summary>
internal sealed class LogAges
{
    private const string FileName = "ages";
    private const int FixedBytes = 56;
    private const int MarkBytes = 16;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly MachineTime _machine;
    private readonly List<(long NextOffset, long Elapsed)> _marks = []; // ascending; the last one is that of the segment being written
    private long _elapsed; // at _since: the time that has surely passed since the log's first record, in ticks
    private long _since;
    private long _anchorWall; // a moment at which a time server had set the wall clock; 0: there was none
    private long _anchorElapsed;
    private long _saved;

    private LogAges(string folder, TimeProvider clock, MachineTime machine)
    {
        _path = Path.Combine(folder, FileName);
        _clock = clock;
        _machine = machine;
        _since = clock.GetTimestamp();
    }

    private static ReadOnlySpan<byte> Magic => "RAGE"u8;

    /// <param name="nextOffset">The log's. What is not known of it begins to age now.</param>
    public static LogAges Open(string folder, long nextOffset, TimeProvider clock, MachineTime machine)
    {
        var ages = new LogAges(folder, clock, machine);
        if (SmallFile.TryRead(ages._path, Magic) is { Length: >= FixedBytes } bytes)
        {
            ages.Read(bytes);
        }

        ages.Correct();
        ages._marks.RemoveAll(mark => mark.NextOffset > nextOffset); // those records did not survive, and others will have their offsets
        if (ages._marks.Count == 0 || ages._marks[^1].NextOffset < nextOffset)
        {
            ages._marks.Add((nextOffset, ages.NowBehindAnchor()));
        }

        return ages;
    }

    /// <summary>Records below <paramref name="nextOffset"/> are there as of now. <paramref name="isNewSegment"/>: the mark before stays, as that of the segment before.</summary>
    public void Mark(long nextOffset, bool isNewSegment)
    {
        lock (_gate)
        {
            if (!isNewSegment && _marks.Count > 0)
            {
                _marks.RemoveAt(_marks.Count - 1);
            }

            _marks.Add((nextOffset, NowBehindAnchor()));
        }
    }

    /// <summary>How long ago the last record below <paramref name="nextOffset"/> was appended, at least.</summary>
    public TimeSpan Of(long nextOffset)
    {
        lock (_gate)
        {
            foreach (var (offset, elapsed) in _marks)
            {
                if (offset >= nextOffset)
                {
                    return TimeSpan.FromTicks(Now() - elapsed);
                }
            }

            return TimeSpan.Zero;
        }
    }

    /// <summary>Takes up what a time server knows, and writes everything down where the last time was <paramref name="every"/> ago. On the disk when it returns.</summary>
    /// <returns>Bytes written; 0 when nothing was.</returns>
    /// <exception cref="IOException">It could not be written; a kill before the next time makes records younger than they are.</exception>
    public int Keep(long firstOffset, TimeSpan every)
    {
        byte[] bytes;
        lock (_gate)
        {
            Correct();
            if (_elapsed - _saved < every.Ticks)
            {
                return 0;
            }

            _marks.RemoveAll(mark => mark.NextOffset <= firstOffset && mark != _marks[^1]);
            bytes = ToBytes();
            _saved = _elapsed;
        }

        return SmallFile.Write(_path, Magic, bytes);
    }

    private long Now() => _elapsed + _clock.GetElapsedTime(_since).Ticks;

    /// <summary>A mark that is made after the anchor is beyond it, be it in the same tick: <see cref="Correct"/> tells the two apart by this.</summary>
    private long NowBehindAnchor() => Math.Max(Now(), _anchorElapsed + 1);

    /// <summary>
    /// Between two moments at which a time server had set the wall clock, its difference has passed; else at least what this process and this boot have counted.
    /// What nobody counted may have passed before the records that came since the first of them: it does not make those older.
    /// </summary>
    private void Correct()
    {
        _elapsed = Now();
        _since = _clock.GetTimestamp();
        if (!_machine.IsSynchronised)
        {
            return;
        }

        var wall = _clock.GetUtcNow().UtcTicks;
        if (_anchorWall != 0 && _anchorElapsed + wall - _anchorWall - _elapsed is > 0 and var uncounted)
        {
            _elapsed += uncounted;
            for (var mark = _marks.Count - 1; mark >= 0 && _marks[mark].Elapsed > _anchorElapsed; mark--)
            {
                _marks[mark] = (_marks[mark].NextOffset, _marks[mark].Elapsed + uncounted);
            }
        }

        // Not before the last mark, which may be a tick ahead; both ends of the anchor move by that, and what is measured from it stays.
        var ahead = _marks.Count > 0 ? Math.Max(0, _marks[^1].Elapsed - _elapsed) : 0;
        (_anchorWall, _anchorElapsed) = (wall + ahead, _elapsed + ahead);
    }

    private void Read(ReadOnlySpan<byte> bytes)
    {
        _elapsed = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        _anchorWall = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        _anchorElapsed = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        var sinceBoot = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]);
        var boot = new Guid(bytes[32..48]);
        if (boot != Guid.Empty && boot == _machine.Boot)
        {
            _elapsed += Math.Max(0, _machine.SinceBoot.Ticks - sinceBoot);
        }

        _saved = _elapsed;
        for (var at = FixedBytes; at + MarkBytes <= bytes.Length; at += MarkBytes)
        {
            _marks.Add((BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[(at + 8)..])));
        }
    }

    private byte[] ToBytes()
    {
        var bytes = new byte[FixedBytes + (_marks.Count * MarkBytes)];
        var span = bytes.AsSpan();
        BinaryPrimitives.WriteInt64LittleEndian(span, _elapsed);
        BinaryPrimitives.WriteInt64LittleEndian(span[8..], _anchorWall);
        BinaryPrimitives.WriteInt64LittleEndian(span[16..], _anchorElapsed);
        BinaryPrimitives.WriteInt64LittleEndian(span[24..], _machine.SinceBoot.Ticks);
        _machine.Boot.TryWriteBytes(span[32..]);
        BinaryPrimitives.WriteInt64LittleEndian(span[48..], _marks.Count);
        for (var mark = 0; mark < _marks.Count; mark++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(span[(FixedBytes + (mark * MarkBytes))..], _marks[mark].NextOffset);
            BinaryPrimitives.WriteInt64LittleEndian(span[(FixedBytes + (mark * MarkBytes) + 8)..], _marks[mark].Elapsed);
        }

        return bytes;
    }
}
