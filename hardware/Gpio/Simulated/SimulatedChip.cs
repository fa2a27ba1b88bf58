namespace Roost.Hardware.Gpio.Simulated;

/// <summary>A chip in memory, for machines without one: 64 lines named GPIO0 to GPIO63. What a wire would bring is set by <see cref="Apply"/>. Any thread may call.</summary>
internal sealed class SimulatedChip(TimeProvider clock) : IGpioChip
{
    public const string ChipName = "simulated";
    public const int Lines = 64;

    private readonly SimulatedLine?[] _taken = new SimulatedLine?[Lines];
    private readonly bool?[] _applied = new bool?[Lines];
    private readonly Lock _gate = new();

    public string Name => ChipName;

    public string Label => "in memory";

    public int LineCount => Lines;

    public LineInfo Describe(int offset)
    {
        Check(offset);
        lock (_gate)
        {
            var line = _taken[offset];
            return new LineInfo(
                offset, $"GPIO{offset}", line is null ? "" : LineRequest.Consumer, line is not null, line?.Request.Direction ?? LineDirection.In,
                line?.Request.Active ?? ActiveLevel.High, line?.Request.Pull, line?.Request.Drive ?? LineDrive.PushPull);
        }
    }

    public IGpioLine Take(LineRequest request)
    {
        Check(request.Offset);
        lock (_gate)
        {
            if (_taken[request.Offset] is not null)
            {
                throw new GpioException(GpioFault.InUse, $"{Name} line {request.Offset} is in use by {LineRequest.Consumer}; configure another line");
            }

            return _taken[request.Offset] = new SimulatedLine(this, request, _applied[request.Offset], clock);
        }
    }

    /// <summary>Puts a voltage on a line, as a switch or another chip would.</summary>
    /// <param name="high">Null: nothing is connected, and the pull decides.</param>
    /// <exception cref="GpioException">There is no such line, or it is an output.</exception>
    public void Apply(int offset, bool? high)
    {
        Check(offset);
        SimulatedLine? line;
        lock (_gate)
        {
            line = _taken[offset];
            if (line is { Request.Direction: LineDirection.Out })
            {
                throw new GpioException(GpioFault.NotAble, $"{Name} line {offset} is an output; its thing's shadow drives it");
            }

            _applied[offset] = high;
        }

        line?.Apply(high);
    }

    /// <returns>The voltage of a line: high or not.</returns>
    public bool IsHigh(int offset)
    {
        Check(offset);
        lock (_gate)
        {
            return _taken[offset]?.IsHigh ?? _applied[offset] ?? false;
        }
    }

    /// <returns>The offset of a line by its name or number; null: there is none.</returns>
    public static int? Find(string line) =>
        int.TryParse(line.StartsWith("GPIO", StringComparison.Ordinal) ? line.AsSpan(4) : line, System.Globalization.NumberStyles.None, null, out var offset) && offset < Lines ? offset : null;

    public void Dispose()
    {
        // the chip is there as long as the daemon
    }

    internal void Free(SimulatedLine line)
    {
        lock (_gate)
        {
            if (_taken[line.Request.Offset] == line)
            {
                _taken[line.Request.Offset] = null;
                _applied[line.Request.Offset] = line.Request.Direction == LineDirection.Out ? line.IsHigh : _applied[line.Request.Offset]; // an output stays as it was left
            }
        }
    }

    private void Check(int offset)
    {
        if (offset is < 0 or >= Lines)
        {
            throw new GpioException(GpioFault.NoLine, $"{Name} has no line {offset}: it has 0 to {Lines - 1}");
        }
    }
}
