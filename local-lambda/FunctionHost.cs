using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.LocalLambda.Code;
using Roost.LocalLambda.DeadLetters;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Deployment;
using Roost.LocalLambda.Destinations;
using Roost.LocalLambda.Http;
using Roost.LocalLambda.Inside;
using Roost.LocalLambda.Isolation;
using Roost.LocalLambda.Output;
using Roost.LocalLambda.Queue;
using Roost.LocalLambda.Recovery;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Rollouts;
using Roost.LocalLambda.Sources;
using Roost.LocalLambda.Workers;
using Roost.LocalLambda.Workers.Spares;
using Roost.Mqtt;
using Roost.Storage.Logs;

namespace Roost.LocalLambda;

/// <summary>
/// All functions of the gateway. <see cref="StartAsync"/> loads them and starts their event sources: after the broker's core has started and before
/// it opens its listeners. <see cref="StopAsync"/> comes while the broker still runs: what is running publishes its answers.
/// </summary>
public sealed partial class FunctionHost : IFunctionInvoker, IHostedService, IAsyncDisposable
{
    /// <summary>Largest event of a synchronous invocation: 6 MiB.</summary>
    public const int MaxPayloadBytes = 6 * 1024 * 1024;

    private readonly FunctionOptions _options;
    private readonly IMqttBroker _broker;
    private readonly IFunctionStreams? _streams;
    private readonly ICloudLink? _cloud;
    private readonly FunctionDeadLetters _deadLetters;
    private readonly TimeProvider _clock;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<FunctionHost> _logger;
    private readonly IFunctionGateway? _gateway;
    private readonly IFunctionListeners? _listeners;
    private readonly IServiceScopeFactory _scopes;
    private readonly LogStore _logs;
    private readonly Metrics _metrics;
    private readonly FoundDamage _damage;
    private readonly ConcurrentDictionary<string, Function> _functions = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changes = new(1);
    private readonly Dictionary<string, FunctionSources> _sources = new(StringComparer.Ordinal);
    private FunctionStore? _store;
    private FolderWatcher? _folders;
    private RolloutConductor? _rollouts;
    private string? _isolationFault;
    private Engine? _engine;
    private EventSources? _eventSources;

    internal FunctionHost(
        IOptions<FunctionOptions> options,
        IMqttBroker broker,
        IFunctionStreams? streams,
        ICloudLink? cloud,
        FunctionDeadLetters deadLetters,
        IFunctionGateway? gateway,
        IFunctionListeners? listeners,
        IServiceScopeFactory scopes,
        LogStore logs,
        Metrics metrics,
        FoundDamage damage,
        TimeProvider clock,
        ILoggerFactory loggers)
    {
        (_options, _broker, _streams, _cloud, _deadLetters, _gateway, _listeners, _scopes, _logs, _metrics, _damage, _clock, _loggers) = (options.Value, broker, streams, cloud, deadLetters, gateway, listeners, scopes, logs, metrics, damage, clock, loggers);
        _logger = loggers.CreateLogger<FunctionHost>();
        metrics.Functions = () => Functions;
        metrics.Queues = () => _functions.Values.Where(function => function.Queue is not null).Select(function => (function.Name, function.Queue!));
    }

    /// <summary>What the functions print and what is told of them, for who shows it as a stream; open from the first call on, and until the services are disposed of.</summary>
    public AppendLog LogStream => _logs.Log;

    internal LogStore Logs => _logs;

    /// <summary>Of all calls that bring an event.</summary>
    internal InvokeBodies InvokeBodies { get; } = new(InvokeBodies.UsualMaxBytes);

    internal TimeProvider Clock => _clock;

    /// <summary>Null: no secret is there.</summary>
    internal IFunctionSecrets? Secrets { get; init; }

    /// <summary>Whether there is a function of that name, be it ready or not.</summary>
    public bool Has(string function) => _functions.ContainsKey(function);

    /// <returns>Names of the functions of which some version's environment refers to a secret.</returns>
    public IReadOnlyList<string> UsersOfSecret(string secret) =>
        [.. _functions.Values.Where(function => function.Record?.All.Any(definition => SecretReferences.AreIn(definition, secret)) == true).Select(function => function.Name).Order(StringComparer.Ordinal)];

    public IReadOnlyList<FunctionStatus> Functions => [.. _functions.Values.OrderBy(function => function.Name, StringComparer.Ordinal).Select(StatusOf)];

    /// <inheritdoc cref="FunctionDeadLetters.Counts"/>
    public IReadOnlyList<(string Function, int Letters)> DeadLetters => _deadLetters.Counts;

    /// <summary>What was found damaged since the start and set aside; each with what is lost and what to do.</summary>
    public IReadOnlyList<string> Damage => _damage.Found;

    /// <summary>How far the functions have come that a stream feeds; null while that is not known: they have not started, or could not.</summary>
    public IReadOnlyList<FunctionStreamPosition>? PositionsIn(string stream) => _sourcesKnown ? _eventSources?.Mappings.PositionsIn(stream) : null;

    /// <summary>Why no function runs at all; null while they do.</summary>
    public string? Fault { get; private set; }

    /// <summary>Where functions cannot be started, everything else is: then they are refused, and <see cref="Fault"/> says why.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StartAllAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Fault = $"functions could not be started: {exception.Message}";
            LogNotStarted(exception);
            await AbandonAsync();
        }
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        _store = FunctionStore.Open(_options.DataFolder, CodeStore.FolderIn(_options.DataFolder), _damage, _logger, _metrics.Storage);
        var marks = new SandboxMarks(_options.DataFolder);
        if (marks.EndAll() is var left and > 0)
        {
            LogSandboxesLeft(left);
        }

        var launcher = new ProcessLauncher();
        _isolationFault = _options.Isolation == IsolationMode.None ? null : await SandboxProbe.FaultAsync(launcher, marks, cancellationToken);
        if (_isolationFault is not null)
        {
            LogNoIsolation(_isolationFault);
        }
        else if (_options.Isolation == IsolationMode.None)
        {
            LogUnisolated();
        }

        var inside = _gateway is null ? null : new InsideServer(_options, _gateway, _scopes, _metrics, _clock, _loggers);
        _engine = new Engine(_options, launcher, inside, _listeners?.Loopback ?? [], _logs, _metrics, _damage, _deadLetters.Open(), new DestinationSender(this, _broker, _streams), _broker, _clock, _loggers);
        _engine.Starter.Secrets = Secrets;
        Secrets?.Subscribe(RenewAsync);
        _engine.Code.Released = () => _ = SweepAsync();
        _zips = new ZipDeployer(_engine.Code, _options, _clock);
        await _engine.StartAsync(cancellationToken);
        _eventSources = new EventSources(_options.DataFolder, this, _broker, _streams, _cloud, _engine.DeadLetters, _metrics, _clock, _loggers);
        _rollouts = new RolloutConductor(this, _broker, _metrics, _clock, _logger);
        var records = _store.ReadAll();
        foreach (var record in records)
        {
            Add(record.Name).Apply(record);
        }

        _folders = new FolderWatcher(new FolderDeployer(this, _engine.Code, _options, _clock, _logger), _options.Folder, _clock, _logger);
        await _folders.DeployAllAsync();
        foreach (var function in _functions.Values)
        {
            function.Recheck(); // another function's folder may have had the same code
        }

        SweepCode();
        _logs.Restore();
        foreach (var name in _engine.QueuesLeft().Where(name => !_functions.ContainsKey(name)))
        {
            LogQueueWithoutFunction(name);
        }

        await _engine.TakeOverRetriesAsync(name => _functions.TryGetValue(name, out var function) ? function.Queue : null, LoseAsync);
        await _changes.WaitAsync(cancellationToken);
        try
        {
            _running = true;
            foreach (var function in _functions.Values)
            {
                await RunAsync(function);
            }

            _sourcesKnown = true;
            WantSpares();
        }
        finally
        {
            _changes.Release();
        }

        _folders.Watch();
        _rollouts.Start();
    }

    /// <summary>Ends the event sources, lets running invocations finish within the drain time, ends the workers, closes the queues.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_folders is { } folders)
        {
            _folders = null;
            await folders.DisposeAsync();
        }

        if (_rollouts is { } rollouts)
        {
            await rollouts.DisposeAsync();
        }

        await _changes.WaitAsync(CancellationToken.None); // a change that is under way is finished; none comes after
        if (_engine is not { } engine)
        {
            _changes.Release();
            await CloseStoreAsync();
            return;
        }

        (_engine, _running, _sourcesKnown) = (null, false, false);
        _changes.Release();
        using var drain = new CancellationTokenSource(_options.DrainTimeout, _clock);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(drain.Token, cancellationToken);
        await Task.WhenAll(_sources.Values.Select(sources => sources.StopAsync(giveUp.Token)));
        if (_eventSources is { } eventSources)
        {
            await eventSources.Mappings.StopAllAsync(giveUp.Token);
            await eventSources.DisposeAsync();
        }

        await Task.WhenAll(_functions.Values.Select(function => function.StopAsync(giveUp.Token)));
        await engine.DisposeAsync();
        _zips?.Dispose();
        await CloseStoreAsync();
    }

    private async Task CloseStoreAsync()
    {
        if (_store is { } store)
        {
            _store = null;
            await store.DisposeAsync();
        }
    }

    /// <summary>Ends what had been started of a start that failed.</summary>
    private async Task AbandonAsync()
    {
        try
        {
            await StopAsync(new CancellationToken(canceled: true)); // what has begun to run meanwhile runs again after the next start
        }
        catch (Exception exception)
        {
            LogNotEnded(exception);
        }

        _functions.Clear();
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    public async Task<InvocationResult> InvokeAsync(string name, ReadOnlyMemory<byte> payload, InvocationContext context, CancellationToken cancellationToken = default)
    {
        var function = Find(name, context.Qualifier);
        DemandEnd(name, context.Routes);
        if (payload.Length > MaxPayloadBytes)
        {
            throw new PayloadTooLargeException(payload.Length, MaxPayloadBytes);
        }

        var invocation = new Invocation(NewRequestId(), payload, context.ClientContextJson, hasCaller: true, context.WithLogTail) { Trace = context.Trace, Routes = context.Routes };
        function.Submit(invocation, context.Qualifier, bounded: true);
        try
        {
            return await invocation.Result.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            invocation.Pool!.Abandon(invocation);
            throw;
        }
    }

    public ValueTask<string> EnqueueAsync(string name, ReadOnlySpan<byte> payload, InvocationContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var function = Find(name, context.Qualifier);
            function.Resolve(context.Qualifier);
            DemandEnd(name, context.Routes);
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
            AnswerTopic = answerTopic ?? (message.Properties is { MayBeAnswered: true } properties ? properties.ResponseTopic : null),
            CorrelationData = message.Properties?.CorrelationData,
            Routes = Property(message, QueuedInvocation.RoutesProperty),
            Hops = message.Publisher is null && int.TryParse(Property(message, QueuedInvocation.HopsProperty), out var hops) ? hops : 0, // a client's word does not count
            Trace = TraceContext.From(Property(message, QueuedInvocation.XRayProperty), Property(message, QueuedInvocation.TraceParentProperty), Property(message, QueuedInvocation.TraceStateProperty)),
        };
        if (!FunctionTrace.MayRun(context.Routes))
        {
            EndLoop(name);
            return ValueTask.CompletedTask;
        }

        return Forget(EnqueueAsync(name, IsBinary(name, qualifier: null) ? message.Payload : FunctionEvent.FromPayload(message.Payload), context));

        static async ValueTask Forget(ValueTask<string> kept) => await kept;

        static string? Property(in PublishedMessage message, string name) => message.Properties?.UserProperties.FirstOrDefault(property => property.Name == name).Value;
    }

    /// <summary>The functions of which a rollout is in progress.</summary>
    internal IEnumerable<Function> RollingOut() => _functions.Values.Where(function => function.Figures is not null);

    /// <summary>The function, whether it loaded or not.</summary>
    internal bool TryFind(string name, [NotNullWhen(true)] out Function? function) => _functions.TryGetValue(name, out function);

    /// <summary>True for a function whose events are bytes and not JSON.</summary>
    internal bool IsBinary(string name, string? qualifier) => TryFind(name, out var function) && function.Record?.Resolve(qualifier, chance: 0)?.Encoding == PayloadEncoding.Binary;

    /// <summary>What calls the function by itself; nothing while the host does not run.</summary>
    internal IReadOnlyList<TriggerStatus> TriggersOf(Function function) =>
        _running && function.Record is { } record ? _eventSources!.StatusOf(function.Name, record.Serving.Triggers) : [];

    internal FunctionStatus StatusOf(Function function) => function.Status() with { DeadLetters = _deadLetters.CountOf(function.Name) };

    /// <summary>Null while the host does not run.</summary>
    internal SparePool? Spares => _engine?.Starter.Spares;

    /// <summary>What a dry run tells: nothing, or the exception that an invocation would get.</summary>
    internal void Demand(string name, string? qualifier) => Find(name, qualifier).Resolve(qualifier);

    private static string NewRequestId() => Guid.NewGuid().ToString("D");

    private Function Find(string name, string? qualifier) =>
        _functions.TryGetValue(name, out var function) ? function
            : Fault is { } fault ? throw new FunctionUnavailableException(name, fault)
            : throw new FunctionNotFoundException(new FunctionArn(name, qualifier).ToString());

    /// <summary>An event of a former release whose function has gone becomes a dead letter.</summary>
    private async Task LoseAsync(string name, QueuedInvocation queued, ReadOnlyMemory<byte> payload)
    {
        var result = new InvocationResult { RequestId = queued.RequestId, StatusCode = 404, FunctionError = FunctionErrors.Unhandled, Payload = FunctionErrors.NotStarted(queued.RequestId, "the function is not there any more") };
        _metrics.DeadLettered(name);
        var (letter, record) = DeadLetter.Of(name, new QueueEnd(queued, payload, QueueCondition.RetriesExhausted, queued.Failures, result), _clock.GetUtcNow());
        await _engine!.DeadLetters.AddAsync(name, letter, record);
    }
}
