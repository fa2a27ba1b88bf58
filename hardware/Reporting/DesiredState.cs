using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Roost.Hardware.Reporting;

/// <summary>
/// One thing's shadow on its way to the outputs. Each of its documents tells all that is desired and reported, so that only the last one counts, and no order between
/// several kinds of messages matters; a slow output delays its thing, not the broker.
/// </summary>
internal sealed class DesiredState(string thing, IReadOnlyDictionary<string, Point> points, ThingReporter reporter, HardwareMetrics metrics, ILogger logger)
{
    private const int LongestShown = 60;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string?> _owed = new(StringComparer.Ordinal);
    private HashSet<string> _contradicted = [];
    private TimeSpan? _toldAt;
    private byte[]? _body;
    private bool _isReconsidered;
    private Task _driving = Task.CompletedTask;
    private bool _isDriving;
    private bool _hasStopped;

    // The driving task's own.
    private ShadowView? _shadow;

    /// <summary>What each property's error says now; replaced as a whole by the driving task.</summary>
    private Dictionary<string, string> _errors = new(StringComparer.Ordinal);

    /// <summary>No value that is desired is wrong.</summary>
    public bool HasNoErrors => Volatile.Read(ref _errors).Count == 0;

    /// <summary>The shadow as it is now: the answer to a get, or an <c>update/documents</c>.</summary>
    public void Take(byte[] body)
    {
        lock (_gate)
        {
            _body = body;
            Drive();
        }
    }

    /// <summary>An output's fault has come, changed or gone.</summary>
    public void Reconsider()
    {
        lock (_gate)
        {
            _isReconsidered = true;
            Drive();
        }
    }

    /// <summary>Completes when all that has come by now has been driven.</summary>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            return _driving;
        }
    }

    /// <summary>Nothing is driven any more once this has completed.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _hasStopped = true;
            return _driving;
        }
    }

    /// <summary>When errors are to be told, at the earliest; null: none are owed.</summary>
    public TimeSpan? ErrorsDue(TimeSpan now)
    {
        lock (_gate)
        {
            return _owed.Count > 0 ? now : _contradicted.Count > 0 ? ArgumentDue(now) : null;
        }
    }

    public IReadOnlyDictionary<string, string?> ErrorsOwed(TimeSpan now)
    {
        lock (_gate)
        {
            if (_contradicted.Count > 0 && ArgumentDue(now) <= now)
            {
                var errors = Volatile.Read(ref _errors);
                foreach (var property in _contradicted)
                {
                    _owed.TryAdd(property, errors.GetValueOrDefault(property));
                }

                _contradicted = [];
            }

            return new Dictionary<string, string?>(_owed, StringComparer.Ordinal);
        }
    }

    /// <summary>The shadow has these errors now.</summary>
    public void HasTold(IReadOnlyDictionary<string, string?> errors, TimeSpan now)
    {
        lock (_gate)
        {
            foreach (var (property, error) in errors)
            {
                _toldAt = now;
                if (_owed.TryGetValue(property, out var owed) && owed == error)
                {
                    _owed.Remove(property);
                }
            }
        }
    }

    private TimeSpan ArgumentDue(TimeSpan now) => _toldAt is { } told ? told + Telling.LeastArgument : now;

    private void Drive()
    {
        if (!_isDriving && !_hasStopped)
        {
            _isDriving = true;
            _driving = Task.Run(DriveAll);
        }
    }

    private void DriveAll()
    {
        try
        {
            while (Next(out var body))
            {
                var shadow = body is null ? null : ShadowBodies.Read(body);
                _shadow = shadow ?? _shadow;
                if (_shadow is not null)
                {
                    Judge(_shadow);
                }

                if (shadow is not null)
                {
                    reporter.Compare(shadow);
                    CompareErrors(shadow);
                }
            }
        }
        catch (Exception exception)
        {
            logger.DrivingFailed(thing, exception);
            lock (_gate)
            {
                _isDriving = false;
                if (_body is not null || _isReconsidered)
                {
                    Drive(); // it has come meanwhile; what failed has been taken away
                }
            }
        }
    }

    /// <returns>Whether there is something to do.</returns>
    private bool Next(out byte[]? body)
    {
        lock (_gate)
        {
            _isDriving = !_hasStopped && (_body is not null || _isReconsidered);
            (body, _body, _isReconsidered) = (_body, null, false);
            return _isDriving;
        }
    }

    private void Judge(ShadowView shadow)
    {
        foreach (var property in _errors.Keys.Where(property => !shadow.Desired.ContainsKey(property)).ToList())
        {
            SetError(property, null); // nobody desires the value any more
        }

        foreach (var (property, json) in shadow.Desired)
        {
            if (!points.TryGetValue(property, out var point))
            {
                continue; // somebody else's property of the same thing
            }

            var error = Try(point, json, shadow);
            if (error == _errors.GetValueOrDefault(property))
            {
                continue;
            }

            if (error is not null && point.Fault is null) // a fault is logged by itself
            {
                metrics.NotDriven();
                logger.NotDriven(thing, property, Shown(json), error);
            }

            SetError(property, error);
        }
    }

    private string? Try(Point point, JsonElement json, ShadowView shadow)
    {
        if (point.Output is not { } output)
        {
            return shadow.IsSettled(point.Property) ? null : "nobody can set it: it is measured; delete it from desired";
        }

        if (!PointValue.TryRead(json, out var value, out var fault))
        {
            return $"it is {fault}; write a single value";
        }

        if (reporter.Read(point).Value != value)
        {
            if (output.Drive(value) is { } refusal)
            {
                return refusal;
            }

            if (point.Fault is null)
            {
                metrics.Driven();
            }
        }

        reporter.Answer(point);
        return point.Fault is { } reason ? $"it cannot be set now: {reason}" : null; // the output keeps it for when it can
    }

    /// <summary>Errors that somebody has overwritten, and such of a run before.</summary>
    private void CompareErrors(ShadowView shadow)
    {
        var wrong = points.Keys.Where(property => shadow.Errors.GetValueOrDefault(property) != _errors.GetValueOrDefault(property)).ToHashSet(StringComparer.Ordinal);
        lock (_gate)
        {
            _contradicted = wrong;
        }

        if (wrong.Count > 0)
        {
            reporter.Look();
        }
    }

    private void SetError(string property, string? error)
    {
        var errors = new Dictionary<string, string>(_errors, StringComparer.Ordinal);
        if (error is null)
        {
            errors.Remove(property);
        }
        else
        {
            errors[property] = error;
        }

        Volatile.Write(ref _errors, errors);
        lock (_gate)
        {
            _owed[property] = error;
        }

        reporter.Look();
    }

    private static string Shown(JsonElement json) => json.GetRawText() is { Length: > LongestShown } text ? $"{text[..LongestShown]}..." : json.GetRawText();
}
