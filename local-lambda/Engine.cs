using System.Net;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Code;
using Roost.LocalLambda.DeadLetters;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Destinations;
using Roost.LocalLambda.Inside;
using Roost.LocalLambda.Isolation;
using Roost.LocalLambda.Isolation.Seccomp;
using Roost.LocalLambda.Output;
using Roost.LocalLambda.Queue;
using Roost.LocalLambda.Recovery;
using Roost.LocalLambda.RuntimeApi;
using Roost.LocalLambda.Workers;
using Roost.Mqtt;

namespace Roost.LocalLambda;

/// <summary>What all functions share while the host runs: threads, the Runtime API, logs and dead letters.</summary>
internal sealed partial class Engine : IAsyncDisposable
{
    // sun_path of a unix socket address, its terminating zero left out.
    private const int MaxSocketPathBytes = 107;

    private readonly ProcessLauncher _launcher;
    private readonly OutputPump _pump = new();
    private readonly RuntimeApiServer _api;
    private readonly MemoryWatch? _watch;
    private readonly InsideServer? _inside;
    private readonly string _socketFolder;
    private readonly FunctionOptions _options;
    private readonly Metrics _metrics;
    private readonly FoundDamage _damage;
    private readonly WorkerAdmission _admission;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly EventClock _ages;
    private readonly QueueFate _fate;

    /// <param name="inside">Null where there is nothing that functions could reach.</param>
    /// <param name="loopback">See <see cref="IFunctionListeners"/>.</param>
    public Engine(
        FunctionOptions options,
        ProcessLauncher launcher,
        InsideServer? inside,
        IReadOnlyList<IPEndPoint> loopback,
        LogStore logs,
        Metrics metrics,
        FoundDamage damage,
        DeadLetterLog deadLetters,
        DestinationSender destinations,
        IMqttBroker broker,
        TimeProvider clock,
        ILoggerFactory loggers)
    {
        (_options, _launcher, _inside, Logs, _metrics, _damage, _clock) = (options, launcher, inside, logs, metrics, damage, clock);
        _logger = loggers.CreateLogger<FunctionHost>();
        Directory.CreateDirectory(options.DataFolder);
        _socketFolder = MakeSocketFolder(options.DataFolder);
        _api = new RuntimeApiServer(clock, loggers);
        _admission = new WorkerAdmission(options.MaxWorkers, Math.Max(3, Environment.ProcessorCount + 1));
        Code = new CodeStore(CodeStore.FolderIn(options.DataFolder));
        DeadLetters = deadLetters;
        _ages = new EventClock(Path.Combine(options.DataFolder, "event-clock"), clock);
        _fate = new QueueFate(DeadLetters, destinations, broker, metrics, clock, loggers.CreateLogger<QueueFate>());
        QueueFolders.Sweep(QueueFolder);

        var groups = Groups = ControlGroups.TryOpen(options.MaxProcesses, clock, out var reason);
        NoMemoryGroups = reason;
        if (groups is not { LimitsMemory: true })
        {
            LogWeakLimits(reason, groups is null && Environment.UserName == "root" ? " The number of processes is only looked at, because the daemon runs as root: run it as a user of its own." : "");
            _watch = new MemoryWatch(clock, options.MaxProcesses);
        }

        var runtimes = new RuntimesFolder(Path.Combine(AppContext.BaseDirectory, "function-runtimes"), Path.Combine(options.DataFolder, "runtimes"), clock);
        var filter = Path.Combine(Path.GetFullPath(options.DataFolder), "system-calls.bpf");
        if (SystemCallMachine.Current is { } machine)
        {
            File.WriteAllBytes(filter, SystemCallFilter.Build(machine, countsMemory: _watch is null));
        }

        var listeners = new InnerListeners(options.Isolation, loopback);
        var sandbox = new Sandbox(options.Isolation, options.MaxProcesses, runtimes.Path, filter, new DeviceGrants(options.Devices), listeners);
        Starter = new WorkerStarter(_socketFolder, sandbox, runtimes, listeners, groups, _watch, launcher, _pump, _api, inside, options, clock, _logger);
    }

    public TimeProvider Clock => _clock;

    public CodeStore Code { get; }

    /// <summary>Null where none can be made.</summary>
    public ControlGroups? Groups { get; }

    /// <summary>Why no control group counts memory; empty when one does.</summary>
    public string NoMemoryGroups { get; }

    /// <summary>Not the engine's own: streams read it longer than functions run.</summary>
    public LogStore Logs { get; }

    public DeadLetterLog DeadLetters { get; }

    public WorkerStarter Starter { get; }

    private string QueueFolder => Path.Combine(_options.DataFolder, "queues");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _api.StartAsync(cancellationToken);
        await (_inside?.StartAsync(cancellationToken) ?? Task.CompletedTask);
    }

    public InvocationQueue OpenQueue(Function function) =>
        new(function, Path.Combine(QueueFolder, function.Name), _options.QueueBytes, _fate, _ages, _damage, _clock, _logger, _metrics.Storage);

    /// <param name="isServing">Whether calls without a qualifier come here: only there workers are pinned.</param>
    public WorkerPool OpenPool(FunctionDefinition definition, FunctionLog log, bool isServing) => new(definition, Starter, _admission, log, _metrics, _options, _clock, _logger, isServing);

    public void Throttled(string function) => _metrics.Throttled(function);

    /// <summary>Names of the functions for which there is a queue on disk.</summary>
    public IEnumerable<string> QueuesLeft() => QueueFolders.List(QueueFolder);

    /// <summary>See <see cref="FormerRetries"/>.</summary>
    public Task TakeOverRetriesAsync(Func<string, InvocationQueue?> queue, Func<string, QueuedInvocation, ReadOnlyMemory<byte>, Task> lost) =>
        FormerRetries.TakeOverAsync(_options.DataFolder, queue, lost, _ages, _clock, _logger);

    public async ValueTask DisposeAsync()
    {
        await Starter.DisposeAsync();
        await _api.DisposeAsync();
        await (_inside?.DisposeAsync() ?? ValueTask.CompletedTask);
        _ages.Dispose();
        _watch?.Dispose();
        _pump.Dispose();
        _launcher.Dispose();
        Directory.Delete(_socketFolder, recursive: true);
    }

    /// <summary>Below the data folder, for the daemon's user alone; a data folder whose path is too long for sockets gets one in the system's folder for temporary files.</summary>
    private static string MakeSocketFolder(string dataFolder)
    {
        var folder = Path.Combine(Path.GetFullPath(dataFolder), "sockets");
        if (System.Text.Encoding.UTF8.GetByteCount(folder) > MaxSocketPathBytes - 16)
        {
            return Directory.CreateTempSubdirectory("roost-").FullName;
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true); // of a daemon that was killed
        }

        return Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    [LoggerMessage(3005, LogLevel.Warning, "Functions' memory is limited per process, and looked at from time to time as a whole: {Reason}.{Processes}")]
    private partial void LogWeakLimits(string reason, string processes);
}
