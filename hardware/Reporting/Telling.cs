namespace Roost.Hardware.Reporting;

/// <summary>
/// When one point's value is to be told: pure, but for the instants that it is given (monotonic, from any start). The shadow and the topic are told apart, so that
/// what one of them has taken is not sent to it again because the other refused.
/// </summary>
internal sealed class Telling(PointRule rule)
{
    /// <summary>Whoever overwrites what was reported is not argued with more often than this.</summary>
    public static readonly TimeSpan LeastArgument = TimeSpan.FromMinutes(1);

    private PointValue _told;
    private TimeSpan? _toldAt;
    private bool _isAsked;
    private bool _isContradicted;

    public PointRule Rule { get; } = rule;

    public PointValue Value { get; private set; }

    /// <summary>When <see cref="Value"/> was measured; null: nothing has been reported yet.</summary>
    public DateTimeOffset? At { get; private set; }

    public bool OwesShadow { get; private set; }

    public bool OwesTopic { get; private set; }

    /// <summary>Something would be lost if nothing were told any more.</summary>
    public bool IsBehind => At is not null && (_toldAt is null || Differs || OwesShadow || OwesTopic || _isAsked || _isContradicted);

    public void Take(PointValue value, DateTimeOffset at)
    {
        Value = value;
        At = at;
    }

    /// <summary>Whoever has set the point waits for an answer: a change is told without waiting for the interval.</summary>
    public void Ask() => _isAsked |= _toldAt is null || Differs;

    /// <summary>
    /// What the shadow holds after an update of anybody's, the last one's word counting. Between a telling and its arrival that is the former value: the update on its way
    /// sets it right long before an argument is due.
    /// </summary>
    /// <param name="value">Null: something that no point can be.</param>
    /// <returns>Whether it is something else than was told.</returns>
    public bool Hold(PointValue? value) => _isContradicted = _toldAt is not null && value != _told;

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
        var argument = _isContradicted ? told + LeastArgument : (TimeSpan?)null;
        var beat = told + Rule.AtLeastEvery;
        next = next is null || argument < next ? argument ?? next : next;
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

        OwesShadow |= _isAsked || _isContradicted;
        (_told, _toldAt, _isAsked, _isContradicted) = (Value, now, false, false);
    }

    public void ShadowHas(PointValue value) => OwesShadow &= _told != value;

    public void TopicHas(PointValue value) => OwesTopic &= _told != value;

    private bool Differs => _told.Kind == PointKind.Number && Value.Kind == PointKind.Number
        ? !Rule.Deadband.Holds(_told.AsNumber, Value.AsNumber)
        : _told != Value;
}
