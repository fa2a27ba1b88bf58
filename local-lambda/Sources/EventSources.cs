using Microsoft.Extensions.Logging;
using Roost.LocalLambda.DeadLetters;
using Roost.LocalLambda.Sources.Announcements;
using Roost.LocalLambda.Sources.Lifecycle;
using Roost.LocalLambda.Sources.Schedules;
using Roost.LocalLambda.Sources.Streams;
using Roost.LocalLambda.Sources.Topics;
using Roost.Mqtt;

namespace Roost.LocalLambda.Sources;

/// <summary>Makes the event sources of functions, and holds what they share: the timer of schedules, and how far each has come.</summary>
internal sealed partial class EventSources : IAsyncDisposable
{
    private readonly IFunctionInvoker _invoker;
    private readonly IMqttBroker _broker;
    private readonly ICloudLink? _cloud;
    private readonly Metrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SourceStore _store;
    private readonly ScheduleTable _schedules;
    private readonly Scheduler _scheduler;

    /// <param name="folder">Where <c>sources.db</c> is kept.</param>
    /// <param name="streams">Null where the gateway has none.</param>
    /// <param name="cloud">Likewise.</param>
    /// <param name="invoker">Called by name, without a qualifier: where a function's calls go is not the sources' business.</param>
    public EventSources(
        string folder, IFunctionInvoker invoker, IMqttBroker broker, IFunctionStreams? streams, ICloudLink? cloud, DeadLetterLog deadLetters, Metrics metrics, TimeProvider clock, ILoggerFactory loggers)
    {
        (_invoker, _broker, _cloud, _metrics, _clock) = (invoker, broker, cloud, metrics, clock);
        _logger = loggers.CreateLogger<EventSources>();
        _store = new SourceStore(folder, _logger, metrics.Storage);
        _schedules = new ScheduleTable(_store);
        _scheduler = new Scheduler(invoker, _schedules, clock, _logger);
        Mappings = new StreamMappings(streams, invoker, new FailureDestination(streams, broker, invoker, deadLetters, metrics), new CheckpointTable(_store), metrics, clock, _logger);
    }

    /// <summary>How functions are fed from streams. Triggers make mappings here, and others may.</summary>
    public StreamMappings Mappings { get; }

    /// <summary>The mappings among them that were made over the API.</summary>
    public FunctionMappings FunctionMappings => field ??= new FunctionMappings(Mappings);

    /// <summary>One function's sources, none at first. The caller disposes of them, before this.</summary>
    public FunctionSources Create(string function) => new(function, trigger => Create(function, trigger), _logger);

    /// <summary>What calls a function now, mappings that were made over the API included. Any thread may call.</summary>
    public IReadOnlyList<TriggerStatus> StatusOf(string function, IReadOnlyList<Trigger> triggers) =>
    [
        .. triggers.Distinct().Select(trigger => trigger switch
        {
            TopicTrigger topic => new TriggerStatus(TopicTrigger.Kind, topic.Filter),
            ScheduleTrigger schedule => StatusOf(schedule, RuleOf(function, schedule)),
            ShadowTrigger shadow => new TriggerStatus(ShadowTrigger.Kind, $"{shadow.Thing}{(shadow.Name is null ? "" : $"/{shadow.Name}")} {shadow.Announcement}"),
            PresenceTrigger presence => new TriggerStatus(PresenceTrigger.Kind, presence.On is null ? presence.Client : $"{presence.Client} {presence.On}"),
            LifecycleTrigger lifecycle => new TriggerStatus(LifecycleTrigger.Kind, lifecycle.On),
            _ => null, // streams are told by their mappings
        }).OfType<TriggerStatus>(),
        .. Mappings.List().Where(status => status.Mapping.FunctionName == function).Select(status => new TriggerStatus(StreamTrigger.Kind, StreamArn.NameOf(status.Mapping.EventSourceArn))
        {
            State = status.State,
            LastResult = status.LastProcessingResult,
            IteratorAgeSeconds = Math.Round(status.IteratorAge.TotalSeconds, 1),
        }),
    ];

    /// <summary>Forgets how far the sources of a function have come that is gone for good: one that gets its name later begins anew.</summary>
    public async Task ForgetAsync(string function, IReadOnlyList<Trigger> triggers)
    {
        try
        {
            foreach (var trigger in triggers)
            {
                await (trigger switch
                {
                    ScheduleTrigger schedule => _schedules.DeleteAsync(RuleOf(function, schedule)),
                    StreamTrigger stream => Mappings.DeleteAsync(StreamSource.UuidOf(function, stream.Stream)),
                    _ => Task.CompletedTask, // others keep nothing
                });
            }
        }
        catch (Exception exception)
        {
            LogNotForgotten(function, exception); // the disk: the function is gone all the same
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Mappings.DisposeAsync();
        await _scheduler.DisposeAsync();
        await _store.DisposeAsync();
    }

    private TriggerStatus StatusOf(ScheduleTrigger schedule, string rule)
    {
        var runs = _scheduler.TryFindNext(rule, out var due);
        return new TriggerStatus(ScheduleTrigger.Kind, ScheduleEntry.IdentityOf(schedule)) { State = runs ? due is null ? "Over" : "Enabled" : "NotStarted", NextDue = due };
    }

    private static string RuleOf(string function, ScheduleTrigger schedule) => $"{function}-{schedule.RuleName}";

    private IEventSource Create(string function, Trigger trigger) => trigger switch
    {
        TopicTrigger topic => new TopicSource(function, TopicFilter.Parse(topic.Filter), _broker, _invoker, _metrics),
        ScheduleTrigger schedule => new ScheduleSource(function, RuleOf(function, schedule), schedule, _scheduler),
        StreamTrigger stream => new StreamSource(function, stream, Mappings),
        AnnouncementTrigger announcement => new AnnouncementSource(function, announcement, _broker, _invoker, _metrics),
        LifecycleTrigger lifecycle => new LifecycleSource(function, lifecycle.On, _cloud, _invoker, _clock, _logger),
        _ => throw new ArgumentOutOfRangeException(nameof(trigger), trigger, "There is no source for this kind of trigger."),
    };

    [LoggerMessage(3205, LogLevel.Warning, "Function {Function} is removed; how far its schedules and streams had come could not be. A function that gets its name goes on from there")]
    private partial void LogNotForgotten(string function, Exception exception);
}
