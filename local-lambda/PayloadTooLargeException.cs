namespace Roost.LocalLambda;

/// <summary>An event is larger than its kind of invocation takes.</summary>
public sealed class PayloadTooLargeException(long size, long limit) : Exception($"Request must be smaller than {limit} bytes for the InvokeFunction operation")
{
    public long Size { get; } = size;

    public long Limit { get; } = limit;
}
