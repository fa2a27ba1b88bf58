namespace Roost.LocalLambda.Queue;

/// <summary>Stands in the queue in place of an event whose destination did not take the record of it.</summary>
/// <param name="To">The destination's ARN.</param>
/// <param name="Attempts">Runs that the event has had.</param>
/// <param name="EventBytes">Of the event.</param>
/// <param name="ErrorCode">As in a dead letter.</param>
internal sealed record QueueDelivery(string To, string Condition, int Attempts, int EventBytes, int ErrorCode);
