using Roost.Mqtt;

namespace Roost.Gateway.Routing;

/// <summary>One route in force: what it does to a message, and what it has done so far. Its handler is called on the broker's loop.</summary>
internal abstract partial class Route(int number, TopicFilter from, string target, ILogger logger, TimeProvider clock) : IMessageHandler
{
    private static readonly TimeSpan _quiet = TimeSpan.FromMinutes(1);
    private long _matched;
    private long _dropped;
    private long? _lastWarned;

    /// <summary>Its place in the configuration, from 0.</summary>
    public int Number { get; } = number;

    public TopicFilter From { get; } = from;

    /// <summary>For people: <c>stream telemetry</c>.</summary>
    public string Target { get; } = target;

    public long Matched => Volatile.Read(ref _matched);

    /// <summary>Messages that matched and that this route could never take; the reason is in the log.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>What keeps the route from working, null when nothing does.</summary>
    public virtual string? Fault => null;

    public ValueTask Handle(in PublishedMessage message)
    {
        if (message.Retain)
        {
            return ValueTask.CompletedTask; // a stored message, seen because of our own subscription: it was routed when it was published
        }

        Interlocked.Increment(ref _matched);
        return Pass(in message);
    }

    /// <returns>Completes when the target has the message as durably as it promises; a fault withholds the publisher's acknowledgement.</returns>
    protected abstract ValueTask Pass(in PublishedMessage message);

    /// <summary>
    /// For what trying again would not change: it is counted, and the publisher gets its acknowledgement. Withholding it would end every
    /// connection of a 3.1.1 client that sends such messages, over a mistake that is not the client's.
    /// </summary>
    protected ValueTask Drop(string reason)
    {
        Interlocked.Increment(ref _dropped);
        if (_lastWarned is null || clock.GetElapsedTime(_lastWarned.Value) > _quiet)
        {
            _lastWarned = clock.GetTimestamp();
            LogDropped(logger, From, Target, reason, Dropped);
        }

        return ValueTask.CompletedTask;
    }

    [LoggerMessage(5006, LogLevel.Warning, "Route from {TopicFilter} to {Target} dropped a message: {Reason}. {Dropped} dropped so far; more are reported once a minute")]
    private static partial void LogDropped(ILogger logger, TopicFilter topicFilter, string target, string reason, long dropped);
}
