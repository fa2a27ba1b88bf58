namespace Roost.LocalLambda.Queue;

/// <summary>How an asynchronous invocation ended, in the words of Lambda's destination record.</summary>
internal static class QueueCondition
{
    public const string Success = "Success";
    public const string RetriesExhausted = "RetriesExhausted";
    public const string EventAgeExceeded = "EventAgeExceeded";
}
