using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.LocalLambda.DeadLetters;
using Roost.LocalLambda.Sources;
using Roost.LocalLambda.Sources.Announcements;
using Roost.LocalLambda.Sources.Schedules;
using Roost.LocalLambda.Sources.Streams;
using Roost.LocalLambda.Sources.Topics;
using Roost.LocalLambda.Tests.Sources.Streams;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Sources;

/// <summary>What an operator is told of a function's triggers. The clock begins at 2026-01-01 00:00 UTC.</summary>
internal sealed class TriggerStatusTests
{
    private static readonly Trigger[] Triggers =
    [
        new TopicTrigger("a/+"), new PresenceTrigger("robot-*", "disconnected"), new ShadowTrigger("vac-*", "cfg", "update/delta"),
        new ScheduleTrigger("cron(0 12 * * ? *)") { TimeZone = "Europe/Berlin" }, new StreamTrigger("telemetry") { From = "TRIM_HORIZON" },
    ];

    private TemporaryFolder _folder = null!;
    private ManualTimeProvider _clock = null!;
    private ServiceProvider _services = null!;
    private DeadLetterLog _deadLetters = null!;
    private LogStreams _streams = null!;
    private EventSources _sources = null!;
    private FunctionSources _own = null!;
    private TaskCompletionSource<InvocationResult> _answer = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _clock = new ManualTimeProvider();
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = ActivatorUtilities.CreateInstance<Metrics>(_services);
        _deadLetters = new DeadLetterLog(_folder["dead-letters"], 1 << 24, metrics, _clock, NullLogger.Instance);
        _streams = new LogStreams(_folder["streams"], _clock);
        _answer = new TaskCompletionSource<InvocationResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var invoker = new RecordingInvoker { Answer = (_, _) => _answer.Task };
        _sources = new EventSources(_folder["sources"], invoker, new LoopbackBroker(), _streams, cloud: null, _deadLetters, metrics, _clock, NullLoggerFactory.Instance);
        _own = _sources.Create("f");
    }

    [TearDown]
    public async Task Close()
    {
        _answer.TrySetResult(RecordingInvoker.Succeeded("null")); // or the mapping's end would wait for a clock that stands
        await _own.DisposeAsync();
        await _sources.DisposeAsync();
        await _streams.DisposeAsync();
        await _deadLetters.DisposeAsync();
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_schedule_tells_its_next_run_and_a_stream_how_far_behind_the_function_is()
    {
        var stream = _streams.Create("telemetry");
        await _own.ReplaceAsync(Triggers);
        await stream.AppendAsync("vac-01", "x");
        await Eventually.IsTrueAsync(IsBehind, "the record to be read");

        var statuses = _sources.StatusOf("f", Triggers);

        Assert.That(statuses.Take(4), Is.EqualTo(new TriggerStatus[]
        {
            new("topic", "a/+"), new("presence", "robot-* disconnected"), new("shadow", "vac-*/cfg update/delta"),
            new("schedule", "cron(0 12 * * ? *) Europe/Berlin") { State = "Enabled", NextDue = new(2026, 1, 1, 11, 0, 0, TimeSpan.Zero) },
        }));
        Assert.That((statuses[^1].What, statuses[^1].State), Is.EqualTo(("telemetry", "Enabled")));
        Assert.That(statuses[^1].IteratorAgeSeconds, Is.GreaterThan(0));
        Assert.That(_sources.StatusOf("other", []), Is.Empty);
    }

    [Test]
    public void A_schedule_that_could_not_be_started_says_so() =>
        Assert.That(_sources.StatusOf("f", Triggers)[3], Is.EqualTo(new TriggerStatus("schedule", "cron(0 12 * * ? *) Europe/Berlin") { State = "NotStarted" }));

    /// <summary>The record is read and is not done: each second that passes makes it older.</summary>
    private bool IsBehind()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        return _sources.Mappings.List()[0].IteratorAge > TimeSpan.Zero;
    }
}
