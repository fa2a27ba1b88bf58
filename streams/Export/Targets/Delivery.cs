namespace Roost.Streams.Export.Targets;

/// <summary>What became of a batch that was sent once.</summary>
/// <param name="Reason">In words, as a sentence, with what an operator may do; empty when accepted. Holds no payload and no secret.</param>
/// <param name="RetryAfter">What the target asks to wait for, at least.</param>
internal readonly record struct Delivery(DeliveryOutcome Outcome, string Reason, TimeSpan? RetryAfter = null)
{
    public static Delivery Accepted { get; } = new(DeliveryOutcome.Accepted, "");

    public static Delivery Unreachable(string reason) => new(DeliveryOutcome.Unreachable, reason);

    public static Delivery Busy(string reason, TimeSpan? retryAfter = null) => new(DeliveryOutcome.Busy, reason, retryAfter);

    public static Delivery Denied(string reason) => new(DeliveryOutcome.Denied, reason);

    public static Delivery Refused(string reason) => new(DeliveryOutcome.Refused, reason);
}
