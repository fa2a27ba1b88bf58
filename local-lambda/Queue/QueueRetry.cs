namespace Roost.LocalLambda.Queue;

/// <summary>An event that waits for its next try, as an operator sees it.</summary>
/// <param name="Kind"><c>run</c>, or <c>delivery</c> of a record to its destination.</param>
/// <param name="Attempt">The number of the try that comes, from 1.</param>
/// <param name="Throttles">Times that it could not be run, or not be delivered, for want of something.</param>
internal sealed record QueueRetry(string Kind, int Attempt, int Throttles, DateTimeOffset NextTry);
