namespace Roost.Hardware.Gpio.Pulses;

/// <summary>When one output is active: from the start of each period for its part of it. Pure; times are nanoseconds from any start.</summary>
internal sealed class PulseTrain(long period, double duty)
{
    private long _begin = long.MinValue; // of the present period

    /// <summary>The level at an instant, and when it ends. Who comes too late for whole periods goes on with the present one: no burst makes up for them.</summary>
    public (bool IsActive, long Until) At(long now)
    {
        if (_begin == long.MinValue)
        {
            _begin = now;
        }

        _begin += (now - _begin) / period * period;
        var fall = _begin + (long)(period * duty);
        return now < fall ? (true, fall) : (false, _begin + period);
    }

    /// <summary>A new part of each period from now on; the phase stays.</summary>
    public PulseTrain With(long newPeriod, double newDuty) => newPeriod == period ? new PulseTrain(period, newDuty) { _begin = _begin } : new PulseTrain(newPeriod, newDuty);
}
