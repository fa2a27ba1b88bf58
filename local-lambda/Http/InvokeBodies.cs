using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.RuntimeApi;

namespace Roost.LocalLambda.Http;

/// <summary>
/// The bound of all events together that callers have sent and that are not done: a hundred callers with 6 MiB each would be more than a small machine has.
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
        var bytes = Math.Min(request.ContentLength ?? FunctionHost.MaxPayloadBytes, FunctionHost.MaxPayloadBytes);
        if (bytes <= SmallBytes)
        {
            return new Place(this, 0);
        }

        if (Interlocked.Add(ref _taken, bytes) <= maxBytes)
        {
            return new Place(this, bytes);
        }

        Interlocked.Add(ref _taken, -bytes);
        return null;
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

        public void Dispose() => Keep(0);
    }
}
