using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.LocalLambda.RuntimeApi;

namespace Roost.LocalLambda.Http;

/// <summary>
/// The bound of all events together that callers have sent and that are not done, and of all answers that they have not taken: a hundred with 6 MiB each would be more than a small machine has.
/// A place is taken before a byte is read.
/// </summary>
internal sealed class InvokeBodies(long maxBytes)
{
    /// <summary>64 MiB: ten of the largest events.</summary>
    public const long UsualMaxBytes = 64 * 1024 * 1024;

    /// <summary>Events up to this size are not counted, since connections bound their number: who sends large ones slowly must not keep out all others.</summary>
    private const int SmallBytes = 64 * 1024;

    private long _taken;

    public long TakenBytes => Interlocked.Read(ref _taken);

    /// <summary>Takes room for what the request announces, or for the largest event when it announces nothing.</summary>
    /// <returns>Null when there is no room.</returns>
    public Place? TryTake(HttpRequest request)
    {
        var most = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false } ? 0 : FunctionHost.MaxPayloadBytes;
        var bytes = Math.Min(request.ContentLength ?? most, most);
        if (bytes <= SmallBytes)
        {
            return new Place(this, 0);
        }

        return TryAdd(bytes) ? new Place(this, bytes) : null;
    }

    private bool TryAdd(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= maxBytes)
        {
            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    internal sealed class Place(InvokeBodies bodies, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        public long Bytes => _bytes;

        /// <summary>The event is read, and is smaller than was feared.</summary>
        public void Keep(long bytes)
        {
            var kept = Math.Min(bytes, _bytes);
            Interlocked.Add(ref bodies._taken, kept - _bytes);
            _bytes = kept;
        }

        /// <summary>The event has become an answer, which is in memory until its caller has taken it, or has gone.</summary>
        /// <returns>False: there is no room for it.</returns>
        public bool TryAnswer(long bytes)
        {
            Keep(0);
            if (bytes > SmallBytes && !bodies.TryAdd(bytes))
            {
                return false;
            }

            _bytes = bytes > SmallBytes ? bytes : 0;
            return true;
        }

        public void Dispose() => Keep(0);
    }
}
