using Microsoft.Extensions.Logging;
using Roost.Mqtt;

namespace Roost.Hardware.Reporting;

/// <summary>
/// Keeps the reported state of one thing's shadow as its points are, and drives its outputs to the desired state. One loop tells: while an update is on its way,
/// what changes is gathered for the next one.
/// </summary>
internal sealed partial class ThingReporter : IMessageHandler, IAsyncDisposable
{
    /// <summary>Values that are reported within so little time go into one update.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan _answerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(1);

    private readonly IMqttBroker _broker;
    private readonly TimeProvider _clock;
    private readonly HardwareMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ShadowTopics _topics;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Point> _points = new(StringComparer.Ordinal);
    private readonly Wake _wake;
    private readonly DesiredState _desired;
    private readonly CancellationTokenSource _stopping = new();

    // Guarded by the gate.
    private (string Token, TaskCompletionSource<string?> Refusal)? _awaited;

    // The loop's own.
    private TimeSpan _pause;
    private TimeSpan? _notBefore;
    private IAsyncDisposable? _subscription;
    private Task _running = Task.CompletedTask;

    public ThingReporter(string name, IMqttBroker broker, TimeProvider clock, HardwareMetrics metrics, ILogger logger)
    {
        Name = name;
        _broker = broker;
        _clock = clock;
        _metrics = metrics;
        _logger = logger;
        _topics = new ShadowTopics(name);
        _wake = new Wake(clock);
        _desired = new DesiredState(name, _points, this, metrics, logger);
    }

    public string Name { get; }

    /// <exception cref="ArgumentException">The thing has such a property already.</exception>
    public Point Add(string property, string source, PointRule rule, IPointOutput? output)
    {
        var point = new Point(this, property, source, rule, output, _logger, _metrics);
        _points.Add(property, point);
        return point;
    }

    /// <summary>Subscribes and asks for the desired state; when this returns, outputs have been told what they are to be, or nothing could be learned.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = await _broker.SubscribeAsync(_topics.Answers, this, cancellationToken);
        if (_points.Values.Any(static point => point.Output is not null))
        {
            var refusal = await AskAsync(_topics.Get, ShadowBodies.Request, cancellationToken);
            if (refusal is not null && !refusal.StartsWith("404 ", StringComparison.Ordinal)) // there is no shadow yet
            {
                _logger.NothingDesired(Name, refusal);
            }

            await _desired.WaitAsync();
        }

        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Tells what is not told yet, once, and ends.</summary>
    /// <param name="cancellationToken">When to stop waiting for the answer.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running;
        await _desired.StopAsync();
        if (Take(_clock.GetElapsed(), isLast: true) is { } last)
        {
            await TellAsync(last, cancellationToken);
        }

        if (_subscription is not null)
        {
            await _subscription.DisposeAsync();
        }
    }

    public void Report(Point point, PointValue value, DateTimeOffset at)
    {
        lock (_gate)
        {
            point.Telling.Take(value, at);
        }

        _wake.Set();
    }

    public (PointValue Value, DateTimeOffset? At) Read(Point point)
    {
        lock (_gate)
        {
            return (point.Telling.Value, point.Telling.At);
        }
    }

    /// <summary>There is something to tell.</summary>
    public void Look() => _wake.Set();

    /// <summary>Whoever desired this property waits for it to be reported.</summary>
    public void Answer(Point point)
    {
        lock (_gate)
        {
            point.Telling.Ask();
        }

        _wake.Set();
    }

    /// <summary>What the shadow says that the points are: where it was not told so, it is told again.</summary>
    public void Compare(ShadowView shadow)
    {
        var isContradicted = false;
        lock (_gate)
        {
            foreach (var (property, point) in _points)
            {
                isContradicted |= point.Telling.Hold(shadow.Held(property));
            }
        }

        if (isContradicted)
        {
            _wake.Set();
        }
    }

    /// <summary>An output can be driven again, or no more: whoever desired a value is told.</summary>
    public void Reconsider() => _desired.Reconsider();

    /// <summary>On the broker's loop: bodies are copied, and read elsewhere.</summary>
    public ValueTask Handle(in PublishedMessage message)
    {
        if (message.Retain || message.Publisher is not null || message.OnBehalfOf is not null)
        {
            return ValueTask.CompletedTask; // only the shadows themselves are believed: whoever may publish where they answer may not drive an output by that
        }

        switch (_topics.KindOf(message.Topic))
        {
            case "update/documents": // after each update that was taken, in their order
                _desired.Take(message.Payload.ToArray());
                break;
            case "get/accepted" or "get/rejected" or "update/accepted" or "update/rejected":
                Settle(message.Topic, message.Payload);
                break;
            case "delete/accepted":
                Forget();
                break;
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        await _desired.StopAsync();
        _wake.Dispose();
        _stopping.Dispose();
    }

    private void Settle(TopicName topic, ReadOnlySpan<byte> body)
    {
        (string Token, TaskCompletionSource<string?> Refusal)? awaited;
        lock (_gate)
        {
            awaited = _awaited;
        }

        if (awaited is not { } waiting)
        {
            return;
        }

        var (token, refusal) = ShadowBodies.Answer(body);
        if (token != waiting.Token)
        {
            return; // of somebody else's request
        }

        if (_topics.KindOf(topic) is "get/accepted")
        {
            _desired.Take(body.ToArray());
        }

        waiting.Refusal.TrySetResult(refusal);
    }

    private void Forget()
    {
        lock (_gate)
        {
            foreach (var point in _points.Values)
            {
                point.Telling.Forget();
            }
        }

        _wake.Set();
    }
}
