namespace Roost.LocalLambda.Queue;

/// <summary>What becomes of an event after it has run, or could not: it is done, it waits, or a destination is to get what became of it.</summary>
/// <param name="Wait">Until it is looked at again; null when it is done.</param>
/// <param name="Delivery">What stands for the event from now on; null when that stays itself.</param>
internal sealed record QueueDecision(TimeSpan? Wait, int Failures = 0, int Throttles = 0, QueuedInvocation? Delivery = null, ReadOnlyMemory<byte> Record = default)
{
    /// <summary>After the wait this is done instead of running the event; null to run or deliver it.</summary>
    public Func<Task<QueueDecision>>? Rest { get; init; }

    public static QueueDecision Done { get; } = new((TimeSpan?)null);
}
