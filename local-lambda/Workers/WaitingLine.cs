using System.Diagnostics.CodeAnalysis;

namespace Roost.LocalLambda.Workers;

/// <summary>
/// The invocations of one pool that wait for a worker. Those that a caller waits for go before those from the durable queue, but not for ever: after every
/// <see cref="InTurn"/> of them one from the queue has its turn. Not thread-safe: the pool's lock guards it.
/// </summary>
internal sealed class WaitingLine
{
    private const int InTurn = 8;

    private readonly LinkedList<Invocation> _callers = [];
    private readonly LinkedList<Invocation> _queued = [];
    private int _callersInTurn;

    public int Count => _callers.Count + _queued.Count;

    public IEnumerable<Invocation> All => _callers.Concat(_queued);

    public void Add(Invocation invocation) => LineOf(invocation).AddLast(invocation);

    /// <summary>For one that a worker had, but never saw: it was its turn already.</summary>
    public void PutBack(Invocation invocation) => LineOf(invocation).AddFirst(invocation);

    public bool Remove(Invocation invocation) => LineOf(invocation).Remove(invocation);

    public bool TryTake([NotNullWhen(true)] out Invocation? invocation)
    {
        var fromCallers = _callers.Count > 0 && (_queued.Count == 0 || _callersInTurn < InTurn);
        _callersInTurn = fromCallers && _queued.Count > 0 ? _callersInTurn + 1 : 0;
        var line = fromCallers ? _callers : _queued;
        invocation = line.First?.Value;
        if (invocation is not null)
        {
            line.RemoveFirst();
        }

        return invocation is not null;
    }

    public void Clear()
    {
        _callers.Clear();
        _queued.Clear();
    }

    private LinkedList<Invocation> LineOf(Invocation invocation) => invocation.HasCaller ? _callers : _queued;
}
