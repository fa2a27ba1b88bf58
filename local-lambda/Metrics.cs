using System.Diagnostics.Metrics;
using Roost.LocalLambda.Queue;
using Roost.LocalLambda.Sources.Streams;
using Roost.LocalLambda.Workers;
using Roost.Storage;

namespace Roost.LocalLambda;

internal sealed class Metrics
{
    public const string MeterName = "roost.functions";

    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _initDuration;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _coldStarts;
    private readonly Counter<long> _hedgedStarts;
    private readonly Counter<long> _throttles;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _droppedDeadLetters;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _refusedMessages;
    private readonly Counter<long> _lostRecords;
    private readonly Counter<long> _rollouts;
    private readonly Meter _meter;
    private readonly Counter<long> _endpointRequests;
    private readonly Counter<long> _loops;

    /// <summary>For the logs and databases of the room; null: nobody asks what they write.</summary>
    public StorageMetrics? Storage { get; }

    public Metrics(IMeterFactory factory, StorageMetrics? storage = null)
    {
        Storage = storage;
        var meter = _meter = factory.Create(MeterName);
        void Gauge(string name, string unit, string description, Func<FunctionStatus, (string? State, long Value)[]> read) =>
            meter.CreateObservableGauge(name, () => Functions().SelectMany(function => read(function).Select(value => value.State is null
                ? new Measurement<long>(value.Value, new KeyValuePair<string, object?>("function", function.Name))
                : new Measurement<long>(value.Value, new("function", function.Name), new("state", value.State)))), unit, description);

        _duration = meter.CreateHistogram<double>("roost.functions.duration", "s", "From the choice of a worker to its answer.");
        _initDuration = meter.CreateHistogram<double>("roost.functions.init_duration", "s", "From a worker's start to its first question for an event.");
        _errors = meter.CreateCounter<long>("roost.functions.errors", "{invocation}", "Invocations that failed, by kind.");
        _coldStarts = meter.CreateCounter<long>("roost.functions.cold_starts", "{worker}", "Workers started.");
        _hedgedStarts = meter.CreateCounter<long>("roost.functions.hedged_starts", "{worker}", "Workers started beside one that took longer to start than usual.");
        _throttles = meter.CreateCounter<long>("roost.functions.throttles", "{invocation}", "Invocations refused because workers and queue were full.");
        _retries = meter.CreateCounter<long>("roost.functions.retries", "{invocation}", "Asynchronous invocations that failed and will run again.");
        _deadLetters = meter.CreateCounter<long>("roost.functions.dead_letters", "{invocation}", "Asynchronous invocations given up.");
        Gauge("roost.functions.workers", "{worker}", "Workers by state.", function => [("starting", function.Starting), ("busy", function.Busy), ("idle", function.Idle)]);
        Gauge("roost.functions.waiting", "{invocation}", "Invocations that wait for a worker.", function => [(null, function.Waiting)]);
        Gauge("roost.functions.queue_depth", "{invocation}", "Asynchronous invocations that are not done, those that run included.", function => [(null, function.Queued)]);
        Gauge("roost.functions.queue_retrying", "{invocation}", "Of those: that failed, or could not be run or delivered, and wait for their next try.", function => [(null, function.Retrying)]);
        Gauge("roost.functions.worker_memory", "By", "What the worker that used most has used at one time.", function => [(null, function.PeakMemoryBytes)]);
        _droppedDeadLetters = meter.CreateCounter<long>("roost.functions.dead_letters.dropped", "{letter}", "Dead letters lost because there was no room for newer ones.");
        _deliveries = meter.CreateCounter<long>("roost.functions.deliveries", "{record}", "Records that destinations have taken.");
        meter.CreateObservableGauge("roost.functions.queue_age", () => OfQueues(queue => queue.OldestAge.TotalSeconds), "s", "Age of the oldest asynchronous invocation that is not done.");
        _refusedMessages = meter.CreateCounter<long>("roost.functions.refused_messages", "{message}", "Messages at QoS 0 that a trigger could not keep.");
        _lostRecords = meter.CreateCounter<long>("roost.functions.lost_records", "{record}", "Records that a stream's retention freed before the function had them.");
        _endpointRequests = meter.CreateCounter<long>("roost.functions.endpoint.requests", "{request}", "Requests of functions to the broker, shadows and streams, by what became of them: passed, refused or throttled.");
        _loops = meter.CreateCounter<long>("roost.functions.loops_stopped", "{invocation}", "Events that were not run, because functions had caused one another too often.");
        _rollouts = meter.CreateCounter<long>("roost.functions.rollouts", "{rollout}", "Rollouts that have ended, by how.");
    }

    /// <summary>What the gauges are read from; each measurement asks once.</summary>
    public Func<IReadOnlyList<FunctionStatus>> Functions { private get; set; } = () => [];
    /// <summary>The queues that there are now, by function; set by the host while it runs.</summary>
    public Func<IEnumerable<(string Function, InvocationQueue Queue)>> Queues { get; set; } = () => [];

    public void Invoked(string function, TimeSpan duration, InvocationOutcome outcome)
    {
        _duration.Record(duration.TotalSeconds, new("function", function), new("outcome", outcome == InvocationOutcome.Success ? "success" : "error"));
        if (outcome != InvocationOutcome.Success)
        {
            _errors.Add(1, new("function", function), new("kind", KindOf(outcome)));
        }
    }

    public void Initialized(string function, TimeSpan duration) => _initDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("function", function));

    public void ObserveMappings(Func<IReadOnlyList<MappingStatus>> mappings) => _meter.CreateObservableGauge(
        "roost.functions.iterator_age",
        () => mappings().Select(status => new Measurement<double>(status.IteratorAge.TotalSeconds, new("function", status.Mapping.FunctionName), new("stream", StreamArn.NameOf(status.Mapping.EventSourceArn)))),
        "s",
        "Age of the oldest record of a stream that a function was to have and has not done.");

    public void StreamRecordsLost(string function, long records) => _lostRecords.Add(records, new KeyValuePair<string, object?>("function", function));

    public void ColdStart(string function) => _coldStarts.Add(1, new KeyValuePair<string, object?>("function", function));

    public void HedgedStart(string function) => _hedgedStarts.Add(1, new KeyValuePair<string, object?>("function", function));

    public void Throttled(string function) => _throttles.Add(1, new KeyValuePair<string, object?>("function", function));

    public void Retried(string function) => _retries.Add(1, new KeyValuePair<string, object?>("function", function));

    public void DeadLettered(string function) => _deadLetters.Add(1, new KeyValuePair<string, object?>("function", function));

    public void RolloutEnded(string function, string outcome) => _rollouts.Add(1, new("function", function), new("outcome", outcome));

    public void DeadLettersDropped(string function, int count) => _droppedDeadLetters.Add(count, new KeyValuePair<string, object?>("function", function));

    public void Delivered(string function) => _deliveries.Add(1, new KeyValuePair<string, object?>("function", function));

    public void MessageRefused(string function) => _refusedMessages.Add(1, new KeyValuePair<string, object?>("function", function));

    public void EndpointAsked(string function, string outcome) => _endpointRequests.Add(1, new("function", function), new("outcome", outcome));

    public void LoopStopped(string function) => _loops.Add(1, new KeyValuePair<string, object?>("function", function));

    private IEnumerable<Measurement<T>> OfQueues<T>(Func<InvocationQueue, T> read)
        where T : struct =>
        Queues().Select(queue => new Measurement<T>(read(queue.Queue), new KeyValuePair<string, object?>("function", queue.Function)));

    private static string KindOf(InvocationOutcome outcome) => outcome switch
    {
        InvocationOutcome.TimedOut => "timeout",
        InvocationOutcome.OutOfMemory => "out_of_memory",
        InvocationOutcome.Crashed => "crash",
        InvocationOutcome.InitFailed => "init",
        _ => "function",
    };
}
