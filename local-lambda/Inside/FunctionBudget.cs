namespace Roost.LocalLambda.Inside;

/// <summary>What the workers of one function together may ask of the gateway: a rate, requests at one time, and bytes of bodies on their way. Any thread may call.</summary>
internal sealed class FunctionBudget(int requestsPerSecond, long maxBodyBytes, TimeProvider clock)
{
    /// <summary>A read of a stream may wait; all others take milliseconds.</summary>
    public const int MaxRequests = 64;

    private readonly Lock _gate = new();
    private double _tokens = requestsPerSecond; // a second's worth at once
    private long _filledAt = clock.GetTimestamp();
    private int _requests;
    private long _bodyBytes;

    /// <param name="bodyBytes">What the body may come to; given back by <see cref="Leave"/>.</param>
    /// <returns>Null, or what there is too much of.</returns>
    public string? TryEnter(long bodyBytes)
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            _tokens = Math.Min(requestsPerSecond, _tokens + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * requestsPerSecond));
            _filledAt = now;
            if (_tokens < 1)
            {
                return $"more than {requestsPerSecond} requests a second (functions.endpoint-requests-per-second)";
            }

            if (_requests == MaxRequests)
            {
                return $"more than {MaxRequests} requests at one time";
            }

            if (_bodyBytes + bodyBytes > maxBodyBytes && _bodyBytes > 0)
            {
                return $"bodies of more than {maxBodyBytes} bytes on their way (functions.endpoint-body)";
            }

            _tokens--;
            _requests++;
            _bodyBytes += bodyBytes;
            return null;
        }
    }

    public void Leave(long bodyBytes)
    {
        lock (_gate)
        {
            _requests--;
            _bodyBytes -= bodyBytes;
        }
    }
}
