namespace Roost.Shadow.Requests;

/// <summary>
/// Keeps one thing's clients from crowding out all others: how many requests for a thing one MQTT client may have that are not answered
/// yet, how many a second a thing may get from all its clients, and how much of what waits may be one client's. Any thread may call.
/// </summary>
/// <remarks>What is kept is bounded by what is asked: a count goes with its last answer, a rate at the latest a second after its last request.</remarks>
internal sealed class ShadowThrottle(ShadowOptions options, TimeProvider clock, ShadowMetrics metrics)
{
    /// <summary>What one MQTT client may have waiting over all things, in bytes: a part of <see cref="ShadowLoop.MaxWaitingBytes"/>, so that nobody takes the room of all others.</summary>
    public const long MaxBytesOfClient = ShadowLoop.MaxWaitingBytes / 8;

    private const int LeastSweep = 1024; // entries of things that are quiet again, before it is worth while to look for them

    private readonly int _maxInflight = options.MaxInflight;
    private readonly long _interval = options.RatePerThing == 0 ? 0 : Math.Max(1, clock.TimestampFrequency / options.RatePerThing);
    private readonly long _burst = clock.TimestampFrequency; // what one second allows may come at once
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Thing, string Client), int> _inflight = [];
    private readonly Dictionary<string, long> _bytes = []; // of each client

    /// <summary>Until when each thing's requests would take at the very rate that is allowed: the further ahead, the less burst is left.</summary>
    private readonly Dictionary<string, long> _busyUntil = [];
    private int _sweepAt = LeastSweep;

    /// <summary>Things whose rate is kept; for tests.</summary>
    internal int RatesKept => _busyUntil.Count;

    /// <summary>For a request over MQTT; when it is let in, <see cref="Leave"/> follows with its answer.</summary>
    /// <param name="client">Null: the daemon itself, for a function or a caller over HTTP; it may have any number in flight.</param>
    /// <param name="bytes">Of the request, as the loop counts them.</param>
    /// <returns>False: 429.</returns>
    public bool TryEnter(ShadowOperation operation, string thing, string? client, int bytes)
    {
        lock (_gate)
        {
            if (client is null ? TakeOne(thing) : TryEnterInGate(thing, client, bytes))
            {
                return true;
            }
        }

        metrics.Answered(operation, ShadowError.TooManyRequests.Code);
        return false;
    }

    public void Leave(string thing, string? client, int bytes)
    {
        if (client is null)
        {
            return;
        }

        lock (_gate)
        {
            var bytesLeft = _bytes[client] - bytes;
            if (bytesLeft == 0)
            {
                _bytes.Remove(client);
            }
            else
            {
                _bytes[client] = bytesLeft;
            }

            if (_maxInflight == 0)
            {
                return;
            }

            var left = _inflight[(thing, client)] - 1;
            if (left == 0)
            {
                _inflight.Remove((thing, client));
            }
            else
            {
                _inflight[(thing, client)] = left;
            }
        }
    }

    /// <summary>For a request over HTTP, of which a connection has one at a time.</summary>
    /// <returns>False: 429.</returns>
    public bool MayAsk(ShadowOperation operation, string thing)
    {
        lock (_gate)
        {
            if (TakeOne(thing))
            {
                return true;
            }
        }

        metrics.Answered(operation, ShadowError.TooManyRequests.Code);
        return false;
    }

    private bool TryEnterInGate(string thing, string client, int bytes)
    {
        var waiting = _bytes.GetValueOrDefault(client);
        var inflight = _maxInflight == 0 ? 0 : _inflight.GetValueOrDefault((thing, client));
        if (waiting + bytes > MaxBytesOfClient || (_maxInflight > 0 && inflight >= _maxInflight) || !TakeOne(thing))
        {
            return false;
        }

        _bytes[client] = waiting + bytes;
        if (_maxInflight > 0)
        {
            _inflight[(thing, client)] = inflight + 1;
        }

        return true;
    }

    private bool TakeOne(string thing)
    {
        if (_interval == 0)
        {
            return true;
        }

        var now = clock.GetTimestamp();
        var until = Math.Max(_busyUntil.GetValueOrDefault(thing), now) + _interval;
        if (until - now > _burst)
        {
            return false;
        }

        _busyUntil[thing] = until;
        if (_busyUntil.Count >= _sweepAt)
        {
            ForgetTheQuiet(now);
        }

        return true;
    }

    private void ForgetTheQuiet(long now)
    {
        foreach (var (thing, until) in _busyUntil)
        {
            if (until <= now)
            {
                _busyUntil.Remove(thing); // allowed while it is enumerated
            }
        }

        _sweepAt = Math.Max(LeastSweep, _busyUntil.Count * 2);
    }
}
