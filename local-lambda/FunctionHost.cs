using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Isolation;
using Roost.LocalLambda.Output;
using Roost.LocalLambda.Queue;
using Roost.LocalLambda.RuntimeApi;
using Roost.LocalLambda.Triggers;
using Roost.LocalLambda.Workers;
using Roost.Mqtt;

namespace Roost.LocalLambda;

/// <summary>
/// All functions of the gateway. <see cref="StartAsync"/> loads them and subscribes their triggers: after the broker's core has started and before
/// it opens its listeners. <see cref="StopAsync"/> comes while the broker still runs: what is running publishes its answers.
/// </summary>
public sealed partial class FunctionHost : IFunctionInvoker, IHostedService, IAsyncDisposable
{
    /// <summary>Largest event of a synchronous invocation: 6 MiB.</summary>
    public const int MaxPayloadBytes = 6 * 1024 * 1024;

    private readonly FunctionOptions _options;
    private readonly IMqttBroker _broker;
    private readonly TimeProvider _clock;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<FunctionHost> _logger;
    private readonly Metrics _metrics;
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private FrozenDictionary<string, Function> _functions = FrozenDictionary<string, Function>.Empty;
    private Engine? _engine;

    internal FunctionHost(IOptions<FunctionOptions> options, IMqttBroker broker, Metrics metrics, TimeProvider clock, ILoggerFactory loggers)
    {
        (_options, _broker, _metrics, _clock, _loggers) = (options.Value, broker, metrics, clock, loggers);
        _logger = loggers.CreateLogger<FunctionHost>();
    }

    public IReadOnlyList<FunctionStatus> Functions => [.. _functions.Values.OrderBy(function => function.Name, StringComparer.Ordinal).Select(function => function.Status())];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var launcher = new ProcessLauncher();
        var isolationFault = _options.Isolation == IsolationMode.None ? null : await SandboxProbe.FaultAsync(launcher, cancellationToken);
        if (isolationFault is not null)
        {
            LogNoIsolation(isolationFault);
        }

        _engine = new Engine(_options, launcher, _metrics, _broker, _clock, _loggers);
        await _engine.StartAsync(cancellationToken);
        _functions = Load(_engine, isolationFault is null ? null : $"this machine cannot isolate functions: {isolationFault}").ToFrozenDictionary(function => function.Name);
        _engine.Logs.ReadAll((name, line) =>
        {
            if (_functions.TryGetValue(name, out var function))
            {
                function.Log.Restore(line);
            }
        });
        foreach (var function in _functions.Values.Where(function => function.Pool is not null))
        {
            function.Pool!.Start();
            function.Queue!.Start();
            foreach (var topic in function.Definition!.Topics)
            {
                _subscriptions.Add(await _broker.SubscribeAsync(topic, new TopicTrigger(function.Name, this, _metrics), cancellationToken));
            }
        }

        _engine.StartRetries(RequeueAsync);
    }

    /// <summary>Ends the triggers, lets running invocations finish within the drain time, ends the workers, closes the queues.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _engine, null) is not { } engine)
        {
            return;
        }

        foreach (var subscription in _subscriptions)
        {
            await subscription.DisposeAsync();
        }

        await engine.StopRetriesAsync();
        using var drain = new CancellationTokenSource(_options.DrainTimeout, _clock);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(drain.Token, cancellationToken);
        await Task.WhenAll(_functions.Values.Where(function => function.Pool is not null).Select(function => function.Pool!.StopAsync(giveUp.Token)));
        await Task.WhenAll(_functions.Values.Where(function => function.Queue is not null).Select(function => function.Queue!.DisposeAsync().AsTask()));
        await engine.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    public async Task<InvocationResult> InvokeAsync(string name, ReadOnlyMemory<byte> payload, InvocationContext context, CancellationToken cancellationToken = default)
    {
        var function = FindRunning(name, context.Qualifier);
        if (payload.Length > MaxPayloadBytes)
        {
            throw new PayloadTooLargeException(payload.Length, MaxPayloadBytes);
        }

        var invocation = new Invocation(NewRequestId(), payload, context.ClientContextJson, context.WithLogTail);
        function.Pool!.Submit(invocation, bounded: true);
        try
        {
            return await invocation.Result.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            function.Pool.Abandon(invocation);
            throw;
        }
    }

    public ValueTask<string> EnqueueAsync(string name, ReadOnlySpan<byte> payload, InvocationContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var function = FindRunning(name, context.Qualifier);
            if (payload.Length > InvocationQueue.MaxPayloadBytes)
            {
                throw new PayloadTooLargeException(payload.Length, InvocationQueue.MaxPayloadBytes);
            }

            var requestId = NewRequestId();
            var kept = function.Queue!.Enqueue(QueuedInvocation.From(requestId, context, _clock.GetUtcNow()), payload);
            return WhenKept(kept, requestId, cancellationToken);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<string>(exception); // callers on the broker's loop pass it on to the publisher
        }

        static async ValueTask<string> WhenKept(ValueTask kept, string requestId, CancellationToken cancellationToken)
        {
            await kept.AsTask().WaitAsync(cancellationToken);
            return requestId;
        }
    }

    public ValueTask EnqueueAsync(string name, in PublishedMessage message, TopicName? answerTopic = null)
    {
        var context = new InvocationContext
        {
            ClientContextJson = FunctionEvent.ClientContext(message.Topic.Value),
            AnswerTopic = answerTopic ?? message.Properties?.ResponseTopic,
            CorrelationData = message.Properties?.CorrelationData,
            Routes = message.Properties?.UserProperties.FirstOrDefault(property => property.Name == QueuedInvocation.RoutesProperty).Value,
        };
        return Forget(EnqueueAsync(name, FunctionEvent.FromPayload(message.Payload), context));

        static async ValueTask Forget(ValueTask<string> kept) => await kept;
    }

    /// <summary>The function, whether it loaded or not.</summary>
    internal bool TryFind(string name, [NotNullWhen(true)] out Function? function) => _functions.TryGetValue(name, out function);

    /// <summary>What a dry run tells: nothing, or the exception that an invocation would get.</summary>
    internal void Demand(string name, string qualifier) => FindRunning(name, qualifier);

    /// <summary>The newest dead letters of a function as JSON, oldest first.</summary>
    internal IReadOnlyList<byte[]> DeadLetters(string name, int most) => _engine?.DeadLetters.Newest(name, most) ?? [];

    private static string NewRequestId() => Guid.NewGuid().ToString("D");

    private Function FindRunning(string name, string qualifier)
    {
        if (!_functions.TryGetValue(name, out var function) || qualifier != FunctionArn.Latest)
        {
            throw new FunctionNotFoundException(new FunctionArn(name, qualifier == FunctionArn.Latest ? null : qualifier).ToString());
        }

        return function.Pool is not null ? function : throw new FunctionUnavailableException(name, string.Join(" ", function.Faults));
    }

    private IEnumerable<Function> Load(Engine engine, string? isolationFault)
    {
        var found = FunctionFolder.Read(_options.Folder, new Interpreters());
        foreach (var (name, (definition, faults)) in found)
        {
            var log = new FunctionLog(name, engine.Logs, _clock);
            if (definition is null || isolationFault is not null)
            {
                foreach (var fault in faults)
                {
                    LogFault(name, fault);
                }

                yield return new Function(name, log, isolationFault is null ? faults : [.. faults, isolationFault]) { Definition = definition };
                continue;
            }

            foreach (var note in definition.Notes)
            {
                LogNote(name, note);
            }

            var pool = new WorkerPool(definition, engine.Starter, log, _metrics, _options, _clock, _logger);
            yield return new Function(name, log, []) { Definition = definition, Pool = pool, Queue = engine.OpenQueue(pool) };
        }

        foreach (var name in engine.QueuesLeft().Except(found.Keys))
        {
            LogQueueWithoutFunction(name);
        }

        LogLoaded(found.Count(function => function.Value.Definition is not null), found.Count, _options.Folder);
    }

    /// <summary>An event whose time to run again has come. Its function may have gone since: then it becomes a dead letter.</summary>
    private async ValueTask RequeueAsync(string name, QueuedInvocation queued, ReadOnlyMemory<byte> payload)
    {
        if (_functions.TryGetValue(name, out var function) && function.Queue is { } queue)
        {
            await queue.Enqueue(queued, payload.Span);
            return;
        }

        var result = new InvocationResult { RequestId = queued.RequestId, StatusCode = 404, FunctionError = FunctionErrors.Unhandled, Payload = FunctionErrors.NotStarted(queued.RequestId, "the function is not there any more") };
        _metrics.DeadLettered(name);
        await _engine!.DeadLetters.AddAsync(name, DeadLetter.Of(new FunctionArn(name, null), queued, payload, result, _clock.GetUtcNow()));
    }

    [LoggerMessage(3000, LogLevel.Error, "No function will run, because functions must be isolated and {Reason}. To run them all the same, with all rights of the daemon's user, set functions: isolation: none")]
    private partial void LogNoIsolation(string reason);

    [LoggerMessage(3001, LogLevel.Error, "Function {Function} is not loaded: {Fault}")]
    private partial void LogFault(string function, string fault);

    [LoggerMessage(3002, LogLevel.Information, "Function {Function} {Note}")]
    private partial void LogNote(string function, string note);

    [LoggerMessage(3003, LogLevel.Information, "{Ready} of {Count} functions in {Folder} are ready")]
    private partial void LogLoaded(int ready, int count, string folder);

    [LoggerMessage(3004, LogLevel.Warning, "The queue of function {Function} is kept, but the function is not in the folder any more; put it back, or remove its queue's folder")]
    private partial void LogQueueWithoutFunction(string function);
}
