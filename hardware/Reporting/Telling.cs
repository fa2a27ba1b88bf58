namespace Roost.Hardware.Reporting;

/// <summary>
/// When one point's value is to be told: pure, but for the instants that it is given (monotonic, from any start). The shadow and the topic are told apart, so that
/// what one of them has taken is not sent to it again because the other refused.
/// </summary>
internal sealed class Telling(PointRule rule)
{
    /// <summary>Whoever overwrites the reported state, or desires what cannot be held exactly, is not argued with more often than this.</summary>
    public static readonly TimeSpan LeastArgument = TimeSpan.FromMinutes(1);

    private PointValue _told;
    private TimeSpan? _toldAt;
    private bool _isAsked;

    public PointRule Rule { get; } = rule;

    public PointValue Value { get; private set; }

    /// <summary>When <see cref="Value"/> was measured; null: nothing has been reported yet.</summary>
    public DateTimeOffset? At { get; private set; }

    public bool OwesShadow { get; private set; }

    public bool OwesTopic { get; private set; }

    /// <summary>Something would be lost if nothing were told any more.</summary>
    public bool IsBehind => At is not null && (_toldAt is null || Differs || OwesShadow || OwesTopic || _isAsked);

    public void Take(PointValue value, DateTimeOffset at)
    {
        Value = value;
        At = at;
    }

    /// <summary>Whoever has set the point waits for an answer: the next telling does not wait for the interval.</summary>
    public void Ask(TimeSpan now)
    {
        if (_toldAt is null || Differs || now - _toldAt >= LeastArgument)
        {
            _isAsked = true;
        }
    }

    /// <summary>What was told is gone (the shadow was deleted, or the daemon is new): it is told anew.</summary>
    public void Forget()
    {
        if (At is not null)
        {
            OwesShadow = true;
        }
    }

    /// <summary>When something is to be told, at the earliest; null: not before the next report.</summary>
    public TimeSpan? Due(TimeSpan now)
    {
        if (At is null)
        {
            return null;
        }

        if (_toldAt is not { } told || OwesTopic || _isAsked)
        {
            return now;
        }

        var next = Differs || OwesShadow ? told + Rule.MinInterval : (TimeSpan?)null;
        var beat = told + Rule.AtLeastEvery;
        return next is null || beat < next ? beat : next;
    }

    /// <summary>For a point that is due: from now on the present value is owed. The topic is not owed again what it has, where only the shadow lacks it.</summary>
    public void Begin(TimeSpan now)
    {
        if (_toldAt is not { } told || _told != Value || now >= told + Rule.AtLeastEvery)
        {
            OwesShadow = true;
            OwesTopic = Rule.Topic is not null;
        }

        OwesShadow |= _isAsked;
        (_told, _toldAt, _isAsked) = (Value, now, false);
    }

    public void ShadowHas(PointValue value) => OwesShadow &= _told != value;

    public void TopicHas(PointValue value) => OwesTopic &= _told != value;

    private bool Differs => _told.Kind == PointKind.Number && Value.Kind == PointKind.Number
        ? !Rule.Deadband.Holds(_told.AsNumber, Value.AsNumber)
        : _told != Value;
}
