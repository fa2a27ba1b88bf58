using Roost.Hardware.Reporting;

namespace Roost.Hardware.Gpio;

/// <summary>A line of the configuration: held, or missed with a reason. Any thread may call.</summary>
internal abstract class ConfiguredLine(GpioLineOptions options, TimeProvider clock, Action missed)
{
    private readonly Lock _gate = new();
    private IGpioLine? _line;

    public GpioLineOptions Options { get; } = options;

    public Point Point { get; set; } = null!;

    /// <summary>Where it is held; null while it is not.</summary>
    public (string Chip, int Offset)? Place { get; private set; }

    /// <summary>For people, before anybody knows where it is.</summary>
    public string Source => $"{(Options.Chip is { } chip ? $"{chip} " : "")}line {Options.Line}";

    protected TimeProvider Clock { get; } = clock;

    /// <exception cref="GpioException">It cannot be had.</exception>
    public void Take(IGpioChip chip, int offset)
    {
        lock (_gate)
        {
            var line = chip.Take(Request(offset));
            try
            {
                Begin(line);
            }
            catch
            {
                line.Dispose();
                throw;
            }

            (_line, Place) = (line, (chip.Name, offset));
            Point.Fault = null;
        }
    }

    /// <summary>It is not held any more, for this reason, and will be looked for again.</summary>
    public void Miss(GpioException reason)
    {
        Lack(reason);
        missed();
    }

    /// <summary>It is not held, for this reason: nobody knows what it is now.</summary>
    public void Lack(GpioException reason)
    {
        lock (_gate)
        {
            Release();
            Point.Report(PointValue.None, Clock.GetUtcNow());
            Point.Fault = reason.Message;
        }
    }

    public void Release()
    {
        lock (_gate)
        {
            if (_line is not null)
            {
                End(_line);
                _line.Dispose();
            }

            (_line, Place) = (null, null);
        }
    }

    protected abstract LineRequest Request(int offset);

    /// <summary>The line has just been taken. Called within the lock.</summary>
    protected abstract void Begin(IGpioLine line);

    /// <summary>The line is about to be freed. Called within the lock.</summary>
    protected virtual void End(IGpioLine line)
    {
    }

    /// <summary>Does something with the line, if it is held and nobody else does anything with it meanwhile; a chip that fails at it is missed.</summary>
    protected void Use(Action<IGpioLine?> use)
    {
        GpioException? reason = null;
        lock (_gate)
        {
            try
            {
                use(_line);
            }
            catch (GpioException exception)
            {
                reason = exception;
            }
        }

        if (reason is not null)
        {
            Miss(reason);
        }
    }
}
