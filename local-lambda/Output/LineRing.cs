namespace Roost.LocalLambda.Output;

/// <summary>The newest lines that come to so many bytes. Takes no memory before the first. Not thread-safe.</summary>
internal sealed class LineRing(int maxBytes)
{
    // A line's objects: the record, its array's header, its place in the queue.
    private const int OverheadBytes = 120;

    private readonly Queue<(long Number, LogLine Line)> _lines = [];
    private int _bytes;

    /// <param name="number">Growing over all rings that are merged.</param>
    /// <returns>The newest line that had to go; null for none.</returns>
    public LogLine? Add(long number, LogLine line)
    {
        LogLine? gone = null;
        _lines.Enqueue((number, line));
        _bytes += line.Text.Length + OverheadBytes;
        while (_bytes > maxBytes && _lines.TryDequeue(out var oldest))
        {
            gone = oldest.Line;
            _bytes -= gone.Text.Length + OverheadBytes;
        }

        return gone;
    }

    public IReadOnlyList<LogLine> ToList() => [.. _lines.Select(entry => entry.Line)];

    /// <summary>In the order of their numbers.</summary>
    public static IReadOnlyList<LogLine> Merge(LineRing one, LineRing other) => [.. one._lines.Concat(other._lines).OrderBy(entry => entry.Number).Select(entry => entry.Line)];
}
