using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Roost.Hardware.Reporting;

/// <summary>
/// What one thing's shadow desires, on its way to the outputs. Each delta tells all that is desired and not reported, so that only the last one counts; a slow
/// output delays its thing, not the broker.
/// </summary>
internal sealed class DesiredState(string thing, IReadOnlyDictionary<string, Point> points, ThingReporter reporter, HardwareMetrics metrics, ILogger logger)
{
    private const int LongestShown = 60;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string?> _owed = new(StringComparer.Ordinal);
    private byte[]? _whole;
    private byte[]? _delta;
    private byte[]? _document;
    private Task _driving = Task.CompletedTask;
    private bool _isDriving;
    private bool _hasStopped;

    /// <summary>What each property's error says now; the driving task's own, replaced as a whole.</summary>
    private Dictionary<string, string> _errors = new(StringComparer.Ordinal);

    public bool OwesErrors
    {
        get
        {
            lock (_gate)
            {
                return _owed.Count > 0;
            }
        }
    }

    /// <summary>No value that is desired is wrong.</summary>
    public bool HasNoErrors => Volatile.Read(ref _errors).Count == 0;

    /// <summary>The answer to a get: all that is desired.</summary>
    public void TakeWhole(byte[] body)
    {
        lock (_gate)
        {
            _whole = body;
            Drive();
        }
    }

    public void TakeDelta(byte[] body)
    {
        lock (_gate)
        {
            _delta = body;
            Drive();
        }
    }

    /// <summary>The whole shadow as it has become. Looked at only while there are errors: one ends when nobody desires the value any more, and of that no delta tells.</summary>
    public void TakeDocument(ReadOnlySpan<byte> body)
    {
        lock (_gate)
        {
            if (Volatile.Read(ref _errors).Count > 0)
            {
                _document = body.ToArray();
                Drive();
            }
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

    public IReadOnlyDictionary<string, string?> ErrorsOwed()
    {
        lock (_gate)
        {
            return new Dictionary<string, string?>(_owed, StringComparer.Ordinal);
        }
    }

    /// <summary>The shadow has these errors now.</summary>
    public void HasTold(IReadOnlyDictionary<string, string?> errors)
    {
        lock (_gate)
        {
            foreach (var (property, error) in errors)
            {
                if (_owed.TryGetValue(property, out var owed) && owed == error)
                {
                    _owed.Remove(property);
                }
            }
        }
    }

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
            while (Next() is var (whole, delta, document))
            {
                if (whole is not null)
                {
                    Judge(ShadowBodies.Desired(whole, isDelta: false), ShadowBodies.ErrorsIn(whole));
                }

                if (delta is not null)
                {
                    Judge(ShadowBodies.Desired(delta, isDelta: true), []);
                }

                if (document is not null)
                {
                    EndErrors(ShadowBodies.StillDesired(document, _errors.Keys));
                }
            }
        }
        catch (Exception exception)
        {
            logger.ReporterEnded(thing, exception);
        }
    }

    private (byte[]? Whole, byte[]? Delta, byte[]? Document)? Next()
    {
        lock (_gate)
        {
            if (_hasStopped || (_whole ?? _delta ?? _document) is null)
            {
                _isDriving = false;
                return null;
            }

            var next = (_whole, _delta, _document);
            (_whole, _delta, _document) = (null, null, null);
            return next;
        }
    }

    /// <param name="leftOver">Errors that stand in the shadow from the run before.</param>
    private void Judge(Dictionary<string, JsonElement> desired, IReadOnlyCollection<string> leftOver)
    {
        foreach (var property in leftOver.Where(points.ContainsKey).Where(property => !desired.ContainsKey(property)))
        {
            Owe(property, null);
        }

        foreach (var (property, json) in desired)
        {
            if (!points.TryGetValue(property, out var point))
            {
                continue; // somebody else's property of the same thing
            }

            var error = Try(point, json);
            if (error is null)
            {
                metrics.Driven();
                reporter.Answer(point);
                if (_errors.ContainsKey(property) || leftOver.Contains(property))
                {
                    SetError(property, null);
                }
            }
            else if (_errors.GetValueOrDefault(property) != error)
            {
                metrics.NotDriven();
                logger.NotDriven(thing, property, Shown(json), error);
                SetError(property, error);
            }
        }
    }

    private static string? Try(Point point, JsonElement json) =>
        point.Output is not { } output ? "nobody can set it: it is measured; delete it from desired"
        : !PointValue.TryRead(json, out var value, out var fault) ? $"it is {fault}; write a single value"
        : output.Drive(value);

    private void EndErrors(IReadOnlyCollection<string> stillDesired)
    {
        foreach (var property in _errors.Keys.Except(stillDesired, StringComparer.Ordinal).ToList())
        {
            SetError(property, null);
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
        Owe(property, error);
    }

    private void Owe(string property, string? error)
    {
        lock (_gate)
        {
            _owed[property] = error;
        }

        reporter.Look();
    }

    private static string Shown(JsonElement json) => json.GetRawText() is { Length: > LongestShown } text ? $"{text[..LongestShown]}..." : json.GetRawText();
}
