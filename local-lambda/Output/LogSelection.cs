namespace Roost.LocalLambda.Output;

/// <summary>
/// Passes on the lines that a query asks for. With <see cref="LogQuery.FailuresOnly"/> what the keeper tells of failures, and before the first line of each what the
/// invocation printed, or the worker while it started: the error and its traceback are among that. Only then is it known that it failed, so lines wait here,
/// the newest of them. Not thread-safe.
/// </summary>
internal sealed class LogSelection(in LogQuery query)
{
    /// <summary>Of lines that wait: the most that a function may print in a second or so, and a traceback is at the end.</summary>
    public const int MaxWaitingBytes = 256 * 1024;

    private const int LineBytes = 128; // that a line takes besides its text

    private readonly LogQuery _query = query;
    private readonly LinkedList<LogLine> _waiting = [];
    private int _waitingBytes;

    /// <param name="line">The next of the log.</param>
    /// <returns>What is to be shown of it and of those before it, oldest first.</returns>
    public IReadOnlyList<LogLine> Next(LogLine line)
    {
        if (!_query.Wants(line))
        {
            return [];
        }

        if (!_query.FailuresOnly)
        {
            return [line];
        }

        switch (line.Origin.Kind)
        {
            case LogKind.Failure:
                return [.. Take(line), line];
            case LogKind.Printed:
                Wait(line);
                return [];
            default:
                return [];
        }
    }

    private void Wait(LogLine line)
    {
        _waiting.AddLast(line);
        _waitingBytes += line.Text.Length + LineBytes;
        while (_waitingBytes > MaxWaitingBytes)
        {
            Remove(_waiting.First!);
        }
    }

    private List<LogLine> Take(LogLine failure)
    {
        var taken = new List<LogLine>();
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Function == failure.Function && node.Value.Origin.RequestId == failure.Origin.RequestId && node.Value.Origin.Version == failure.Origin.Version)
            {
                taken.Add(node.Value);
                Remove(node);
            }

            node = next;
        }

        return taken;
    }

    private void Remove(LinkedListNode<LogLine> node)
    {
        _waitingBytes -= node.Value.Text.Length + LineBytes;
        _waiting.Remove(node);
    }
}
