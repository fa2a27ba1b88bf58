using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Inside;
using Roost.LocalLambda.Isolation;
using Roost.LocalLambda.Loopback;
using Roost.LocalLambda.Output;
using Roost.LocalLambda.RuntimeApi;
using Roost.LocalLambda.Workers.Spares;

namespace Roost.LocalLambda.Workers;

/// <summary>Makes workers: a socket, a sandbox, a process, its output; and clears them away when the process ends.</summary>
internal sealed partial class WorkerStarter : IAsyncDisposable
{
    private readonly string _socketFolder;
    private readonly string _stagingFolder;
    private readonly Sandbox _sandbox;
    private readonly SandboxMarks _marks;
    private readonly RuntimesFolder _runtimes;
    private readonly InnerListeners _listeners;
    private readonly ControlGroups? _groups;
    private readonly MemoryWatch? _watch;
    private readonly ProcessLauncher _launcher;
    private readonly OutputPump _pump;
    private readonly RuntimeApiServer _api;
    private readonly InsideServer? _inside;
    private readonly FunctionOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ConditionalWeakTable<Worker, Task> _lives = [];
    private readonly ConcurrentDictionary<Worker, Task> _spareLives = [];
    private readonly string _instance = Guid.NewGuid().ToString("N");
    private int _lastId;

    public WorkerStarter(
        string socketFolder,
        Sandbox sandbox,
        RuntimesFolder runtimes,
        InnerListeners listeners,
        ControlGroups? groups,
        MemoryWatch? watch,
        ProcessLauncher launcher,
        OutputPump pump,
        RuntimeApiServer api,
        InsideServer? inside,
        FunctionOptions options,
        TimeProvider clock,
        ILogger logger)
    {
        (_socketFolder, _sandbox, _listeners, _groups, _watch, _launcher, _pump, _api, _inside) = (socketFolder, sandbox, listeners, groups, watch, launcher, pump, api, inside);
        (_runtimes, _options, _clock, _logger) = (runtimes, options, clock, logger);
        _marks = new SandboxMarks(options.DataFolder);
        _stagingFolder = Path.Combine(Path.GetFullPath(options.DataFolder), "spares");
        if (Directory.Exists(_stagingFolder))
        {
            Directory.Delete(_stagingFolder, recursive: true); // of a daemon that was killed
        }

        Spares = new SparePool(options.Spares, sandbox, StartSpare, clock, logger);
    }

    public SparePool Spares { get; }

    /// <summary>What references in environments stand for; null: none is there.</summary>
    public IFunctionSecrets? Secrets { get; set; }

    /// <summary>Listens for a worker that <see cref="Launch"/> will start, or takes a spare.</summary>
    public Worker Create(WorkerPool pool, bool pinned)
    {
        if (!pinned && Spares.TryTake(pool, spare => LogStreamOf(spare, pool)) is { } spare)
        {
            return spare;
        }

        var worker = Listen(pool.Definition, assignment: null);
        worker.Assign(pool, pinned, LogStreamOf(worker, pool));
        return worker;
    }

    public void Launch(Worker worker)
    {
        if (worker.Assignment is { } assignment)
        {
            _ = Task.Run(() => Give(worker, assignment));
        }
        else
        {
            _lives.Add(worker, Task.Run(() => LiveAsync(worker)));
        }
    }

    /// <summary>Completes when the worker and its traces are gone.</summary>
    public Task EndedAsync(Worker worker) => _lives.TryGetValue(worker, out var life) ? life : Task.CompletedTask;

    /// <summary>It has got an event.</summary>
    public void Watch(Worker worker) => _watch?.Busy(worker);

    /// <summary>In bytes; 0 where the kernel does not tell.</summary>
    public long PeakMemory(Worker worker)
    {
        // Read at most once a second: the files of /proc cost more than the rest of the REPORT line.
        if (worker is { HasEnded: false, ProcessId: { } processId } && (worker.PeakMemory == 0 || _clock.GetElapsedTime(worker.PeakMemoryAt) > TimeSpan.FromSeconds(1)))
        {
            worker.PeakMemoryAt = _clock.GetTimestamp();
            var peak = worker.Group is { LimitsMemory: true } group ? group.PeakMemory() : WorkerMemory.Peak(processId, _options.Isolation == IsolationMode.None ? 0 : 2);
            worker.PeakMemory = Math.Max(Math.Max(worker.PeakMemory, worker.SeenMemory), peak);
        }

        return worker.PeakMemory;
    }

    /// <summary>Ends the spares. The workers of functions are their pools' affair, and have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        Spares.Dispose();
        await Task.WhenAll(_spareLives.Values);
        await _runtimes.DisposeAsync();
    }

    private string LogStreamOf(Worker worker, WorkerPool pool) =>
        $"{_clock.GetUtcNow():yyyy/MM/dd}/[{pool.Definition.Version}]{_instance[..24]}{int.Parse(worker.Id.AsSpan(1), CultureInfo.InvariantCulture):x8}";

    private Worker Listen(FunctionDefinition definition, Assignment? assignment)
    {
        var id = $"w{Interlocked.Increment(ref _lastId)}";
        var path = Path.Combine(_socketFolder, id);
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(RuntimeApiServer.MaxConnectionsPerWorker);
        var worker = new Worker(id, definition)
        {
            SocketPath = path,
            Listener = listener,
            SharesLoopback = _options.Isolation == IsolationMode.None || definition.Network == FunctionNetwork.Full,
            IsSandboxed = _options.Isolation != IsolationMode.None,
            Assignment = assignment,
        };
        worker.Inside = definition.Grants.Count > 0 ? _inside?.Open(definition, worker.SharesLoopback, $"{path}e", () => worker.Current?.Routes) : null;
        return worker;
    }

    private Worker StartSpare(FunctionDefinition definition)
    {
        var staging = Directory.CreateDirectory(Path.Combine(_stagingFolder, Guid.NewGuid().ToString("N"))).FullName;
        var worker = Listen(definition, new Assignment(staging));
        var life = Task.Run(() => LiveAsync(worker));
        _lives.Add(worker, life);
        _spareLives[worker] = life;
        _ = life.ContinueWith(_ => _spareLives.TryRemove(worker, out var _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return worker;
    }

    /// <summary>Tells a spare which function it is. One that cannot be told is ended, and its worker starts as any other does.</summary>
    private void Give(Worker worker, Assignment assignment)
    {
        try
        {
            _watch?.Busy(worker);
            Staging.Fill(worker.Pool.Definition.Folder, assignment.StagingFolder);
            assignment.Give(Sandbox.AssignmentOf(SecretReferences.Resolve(worker.Pool.Definition, Secrets), worker.LogStream, worker.Pinned));
        }
        catch (Exception exception)
        {
            LogNotGiven(worker.Pool.Definition.Name, worker.Id, exception.Message);
            worker.EndForNow();
        }
    }

    private async Task LiveAsync(Worker worker)
    {
        var exitCode = 0;
        var isSpare = false;
        Exception? fault = null;
        var accepting = AcceptAsync(worker);
        try
        {
            exitCode = await RunAsync(worker);
        }
        catch (Exception exception)
        {
            fault = exception; // the edge of the task: whatever went wrong, the invocation that waits for this worker is told
        }

        if (worker.Assignment is { IsDelivered: false })
        {
            isSpare = Spares.Leave(worker, exitCode);
            if (!isSpare && !worker.IsKilled)
            {
                // A spare that ended before it knew its function: what fails then is not the function's fault.
                (exitCode, fault) = await RunAgainAsync(worker);
            }
        }

        var end = worker.End;
        try
        {
            worker.CloseListeners();
            worker.Inside?.Dispose();
            await accepting;
            File.Delete(worker.SocketPath);
            if (RanOutOfMemory(worker, exitCode))
            {
                end = WorkerEnd.OutOfMemory;
            }

            RemoveStaging(worker);
        }
        catch (Exception exception)
        {
            fault ??= exception;
        }

        switch (isSpare, fault)
        {
            case (false, null):
                worker.Pool.OnExit(worker, exitCode, end);
                break;
            case (false, _):
                worker.Pool.OnFault(worker, fault);
                break;
            case (true, not null):
                LogSpareFailed(worker.Id, fault);
                break;
            default:
                break;
        }

        if (worker.Group is { } group)
        {
            await _groups!.RemoveAsync(group);
        }
    }

    private async Task<(int ExitCode, Exception? Fault)> RunAgainAsync(Worker worker)
    {
        try
        {
            RemoveStaging(worker);
            worker.Assignment = null;
            if (worker.Group is { } group)
            {
                await _groups!.RemoveAsync(group);
            }

            return (await RunAsync(worker), null);
        }
        catch (Exception exception)
        {
            return (0, exception);
        }
    }

    /// <summary>Takes what is listened on inside the sandbox, then whatever connects, until the listeners are disposed of.</summary>
    private async Task AcceptAsync(Worker worker)
    {
        await using var relay = new LoopbackRelay();
        List<Task> accepting = [worker.Inside is { } own ? _inside!.AcceptAsync(own, own.Socket) : Task.CompletedTask];
        try
        {
            var expected = _listeners.Of(worker.Sandboxed);
            if (expected.Count > 0)
            {
                // The launcher runs before the function does: nothing else can connect as yet.
                using var launcherConnection = await worker.Listener.AcceptAsync();
                foreach (var inner in expected)
                {
                    var (name, listener) = await ListenerHandOver.ReceiveAsync(launcherConnection);
                    worker.Keep(listener);
                    accepting.Add((name == inner.Name ? inner : null) switch
                    {
                        { Target: { } target } => relay.AcceptAsync(listener, target),
                        { Name: InnerListener.RuntimeApi } => _api.AcceptAsync(worker, listener),
                        { Name: InnerListener.Endpoint } => worker.Inside is { } access ? _inside!.AcceptAsync(access, listener) : Task.CompletedTask,
                        _ => throw new InvalidDataException($"The launcher handed over a listener named '{name}', which nobody serves."),
                    });
                }
            }

            accepting.Add(_api.AcceptAsync(worker, worker.Listener));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The launcher has ended without its work done, or the worker is at its end: what became of the process tells why.
        }

        await Task.WhenAll(accepting);
    }

    /// <summary>The kernel counted too much; or, where it only refuses more, the runtime ended itself with that complaint.</summary>
    private static bool RanOutOfMemory(Worker worker, int exitCode) => worker.Group is { LimitsMemory: true } group ? group.RanOutOfMemory() : exitCode != 0 && worker.SpokeOfMemory;

    /// <returns>The exit code of the process, which has ended and whose output is read.</returns>
    private async Task<int> RunAsync(Worker worker)
    {
        _runtimes.Prepare(worker.Sandboxed.Runtime);
        worker.Group = _groups?.Create(worker.Sandboxed, worker.Id);
        var plan = worker.Assignment is { } assignment
            ? _sandbox.PlanForSpare(worker.Sandboxed, assignment.StagingFolder, worker.SocketPath, worker.Group)
            : _sandbox.PlanFor(SecretReferences.Resolve(worker.Pool.Definition, Secrets), worker.SocketPath, worker.LogStream, worker.Pinned, worker.Group, worker.Inside);
        using var process = await _launcher.StartAsync(worker.IsSandboxed ? _marks.Mark(plan, worker.Id) : plan);
        worker.Attach(process);
        _watch?.Busy(worker);
        try
        {
            using var output = new WorkerOutput(
                ((AnonymousPipeClientStream)process.StandardOutput.BaseStream).SafePipeHandle,
                ((AnonymousPipeClientStream)process.StandardError.BaseStream).SafePipeHandle,
                _pump,
                new OutputBudget(_options.LogRateBytes, _clock),
                line => Print(worker, line));
            worker.Output = output;
            _pump.Add(output);
            await process.WaitForExitAsync();
            if (worker.MayHaveLeft(process.ExitCode))
            {
                _marks.End(worker.Id);
            }

            return process.ExitCode;
        }
        finally
        {
            worker.EndForNow(); // nothing to do unless an exception leads here: no process outlives its keeper
            worker.Detach();
            _watch?.Ended(worker);
        }
    }

    private static void Print(Worker worker, ReadOnlySpan<byte> line)
    {
        if (LastWords.SpeakOfMemory(line))
        {
            worker.SpokeOfMemory = true;
        }

        if (!worker.IsSpare)
        {
            worker.Pool.Log.Write(line, new LogOrigin(LogKind.Printed, worker.Pool.Definition.Version, worker.Prints?.RequestId), worker.Prints?.Tail, keep: true);
        }
    }

    private static void RemoveStaging(Worker worker)
    {
        if (worker.Assignment is { } assignment && Directory.Exists(assignment.StagingFolder))
        {
            Directory.Delete(assignment.StagingFolder, recursive: true);
        }
    }

    [LoggerMessage(3102, LogLevel.Warning, "Function {Function}: spare worker {Worker} cannot be given its code ({Reason}), and is started anew with it")]
    private partial void LogNotGiven(string function, string worker, string reason);

    [LoggerMessage(3103, LogLevel.Error, "Spare worker {Worker} was ended, because what keeps it has failed")]
    private partial void LogSpareFailed(string worker, Exception exception);
}
