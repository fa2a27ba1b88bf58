namespace Roost.Hardware.Gpio.Simulated;

/// <summary>A line of the chip in memory while somebody holds it. It debounces as the kernel does: a level counts once it has lasted.</summary>
internal sealed class SimulatedLine : IGpioLine
{
    private readonly SimulatedChip _chip;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly ITimer? _debounce;
    private bool _wire; // high or not, as it is at this instant
    private bool _settled; // the same, once it has lasted
    private uint _sequence;
    private bool _isFree;

    public SimulatedLine(SimulatedChip chip, LineRequest request, bool? applied, TimeProvider clock)
    {
        _chip = chip;
        _clock = clock;
        Request = request;
        _wire = _settled = request.Direction == LineDirection.Out ? Level(request.Initial) : Pulled(applied);
        _debounce = request.Debounce > TimeSpan.Zero ? clock.CreateTimer(static line => ((SimulatedLine)line!).Settle(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) : null;
    }

    public LineRequest Request { get; }

    public bool IsHigh
    {
        get
        {
            lock (_gate)
            {
                return _wire;
            }
        }
    }

    public bool Read()
    {
        lock (_gate)
        {
            return Level(_settled);
        }
    }

    public void Write(bool active)
    {
        lock (_gate)
        {
            _wire = _settled = Level(active);
        }
    }

    public void Apply(bool? high)
    {
        lock (_gate)
        {
            _wire = Pulled(high);
            if (_debounce is not null)
            {
                _debounce.Change(_wire == _settled ? Timeout.InfiniteTimeSpan : Request.Debounce, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        Settle();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isFree = true;
        }

        _debounce?.Dispose();
        _chip.Free(this);
    }

    private void Settle()
    {
        lock (_gate)
        {
            if (_isFree || _wire == _settled)
            {
                return;
            }

            // Told within the lock, so that edges come in their order; watchers return at once.
            _settled = _wire;
            Request.Watcher?.OnEdge(new LineEdge(Level(_settled), (ulong)_clock.GetElapsedTime(0).Ticks * 100, ++_sequence));
        }
    }

    private bool Pulled(bool? applied) => applied ?? Request.Pull == LinePull.Up;

    /// <summary>The logical level of a voltage, and the other way round.</summary>
    private bool Level(bool high) => high != (Request.Active == ActiveLevel.Low);
}
