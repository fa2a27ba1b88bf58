namespace Roost.DeviceSim.Statistics;

/// <summary>What a fleet counts between two lines of statistics. Any thread may add; one takes.</summary>
internal sealed class FleetCounters
{
    private const int MaxSamples = 100_000; // of one interval; 800 kB at most

    private readonly Lock _gate = new();
    private List<double> _milliseconds = [];
    private FleetInterval _interval = new();
    private int _connected;
    private string? _fault;

    public void Connected()
    {
        lock (_gate)
        {
            _connected++;
            _fault = null;
        }
    }

    public void Disconnected()
    {
        lock (_gate)
        {
            _connected--;
        }
    }

    /// <returns>True: nobody has said so since the last good connection, and it is worth a line at once.</returns>
    public bool Failed(string fault)
    {
        lock (_gate)
        {
            var first = _fault is null;
            _fault = fault;
            return first;
        }
    }

    public void Telemetry() => Count(static interval => interval with { Telemetry = interval.Telemetry + 1 });

    public void Bump() => Count(static interval => interval with { Bumps = interval.Bumps + 1 });

    public void ShadowUpdate() => Count(static interval => interval with { ShadowUpdates = interval.ShadowUpdates + 1 });

    public void Order() => Count(static interval => interval with { Orders = interval.Orders + 1 });

    /// <summary>A delta that no robot understands.</summary>
    public void UnknownOrder() => Count(static interval => interval with { UnknownOrders = interval.UnknownOrders + 1 });

    /// <summary>Telemetry that was not sent because there was no connection or no room in the queue.</summary>
    public void Lost() => Count(static interval => interval with { Lost = interval.Lost + 1 });

    public void Acknowledged(TimeSpan after)
    {
        lock (_gate)
        {
            if (_milliseconds.Count < MaxSamples)
            {
                _milliseconds.Add(after.TotalMilliseconds);
            }
        }
    }

    /// <summary>Everything since the last call, and how things stand.</summary>
    public FleetInterval Take()
    {
        lock (_gate)
        {
            var taken = _interval with { Connected = _connected, Fault = _fault, AcknowledgedMilliseconds = _milliseconds };
            (_interval, _milliseconds) = (new FleetInterval(), []);
            return taken;
        }
    }

    private void Count(Func<FleetInterval, FleetInterval> add)
    {
        lock (_gate)
        {
            _interval = add(_interval);
        }
    }
}
