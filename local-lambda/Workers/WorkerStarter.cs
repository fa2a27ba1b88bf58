using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Inside;
using Roost.LocalLambda.Isolation;
using Roost.LocalLambda.Output;
using Roost.LocalLambda.RuntimeApi;

namespace Roost.LocalLambda.Workers;

/// <summary>Makes workers: a socket, a sandbox, a process, its output; and clears them away when the process ends.</summary>
internal sealed class WorkerStarter(
    string socketFolder, Sandbox sandbox, ControlGroups? groups, MemoryWatch? watch, ProcessLauncher launcher, OutputPump pump, RuntimeApiServer api, InsideServer? inside, FunctionOptions options, TimeProvider clock)
{
    private readonly ConditionalWeakTable<Worker, Task> _lives = [];
    private readonly string _instance = Guid.NewGuid().ToString("N");
    private int _lastId;

    /// <summary>Listens for a worker that <see cref="Launch"/> will start.</summary>
    public Worker Create(WorkerPool pool, bool pinned)
    {
        var number = Interlocked.Increment(ref _lastId);
        var id = $"w{number}";
        var path = Path.Combine(socketFolder, id);
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(RuntimeApiServer.MaxConnectionsPerWorker);
        var logStream = $"{clock.GetUtcNow():yyyy/MM/dd}/[{pool.Definition.Version}]{_instance[..24]}{number:x8}";
        var worker = new Worker(id, pool, pinned, logStream)
        {
            SocketPath = path,
            Listener = listener,
            SharesLoopback = options.Isolation == IsolationMode.None || pool.Definition.Network != FunctionNetwork.None,
            IsSandboxed = options.Isolation != IsolationMode.None,
        };
        worker.Inside = pool.Definition.Grants.Count > 0 ? inside?.Open(pool.Definition, worker.SharesLoopback, $"{path}e", () => worker.Current?.Routes) : null;
        return worker;
    }

    public void Launch(Worker worker) => _lives.Add(worker, Task.Run(() => LiveAsync(worker)));

    /// <summary>Completes when the worker and its traces are gone.</summary>
    public Task EndedAsync(Worker worker) => _lives.TryGetValue(worker, out var life) ? life : Task.CompletedTask;

    /// <summary>It has got an event.</summary>
    public void Watch(Worker worker) => watch?.Busy(worker);

    /// <summary>In bytes; 0 where the kernel does not tell.</summary>
    public long PeakMemory(Worker worker)
    {
        // Read at most once a second: the files of /proc cost more than the rest of the REPORT line.
        if (worker is { HasEnded: false, ProcessId: { } processId } && (worker.PeakMemory == 0 || clock.GetElapsedTime(worker.PeakMemoryAt) > TimeSpan.FromSeconds(1)))
        {
            worker.PeakMemoryAt = clock.GetTimestamp();
            var peak = worker.Group is { LimitsMemory: true } group ? group.PeakMemory() : WorkerMemory.Peak(processId, options.Isolation == IsolationMode.None ? 0 : 2);
            worker.PeakMemory = Math.Max(Math.Max(worker.PeakMemory, worker.SeenMemory), peak);
        }

        return worker.PeakMemory;
    }

    private async Task LiveAsync(Worker worker)
    {
        var exitCode = 0;
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

        }
        catch (Exception exception)
        {
            fault ??= exception;
        }

        if (fault is null)
        {
            worker.Pool.OnExit(worker, exitCode, end);
        }
        else
        {
            worker.Pool.OnFault(worker, fault);
        }

        if (worker.Group is { } group)
        {
            await groups!.RemoveAsync(group);
        }
    }

    /// <summary>Takes what is listened on inside the sandbox, then whatever connects, until the listeners are disposed of.</summary>
    private async Task AcceptAsync(Worker worker)
    {
        List<Task> accepting = [worker.Inside is { } own ? inside!.AcceptAsync(own, own.Socket) : Task.CompletedTask];
        try
        {
            var expected = InnerListener.Of(worker.Pool.Definition).Count;
            if (expected > 0)
            {
                // The launcher runs before the function does: nothing else can connect as yet.
                using var launcherConnection = await worker.Listener.AcceptAsync();
                for (var received = 0; received < expected; received++)
                {
                    var (name, listener) = await ListenerHandOver.ReceiveAsync(launcherConnection);
                    worker.Keep(listener);
                    accepting.Add(name switch
                    {
                        InnerListener.RuntimeApi => api.AcceptAsync(worker, listener),
                        InnerListener.Endpoint => worker.Inside is { } access ? inside!.AcceptAsync(access, listener) : Task.CompletedTask,
                        _ => throw new InvalidDataException($"The launcher handed over a listener named '{name}', which nobody serves."),
                    });
                }
            }

            accepting.Add(api.AcceptAsync(worker, worker.Listener));
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
        worker.Group = groups?.Create(worker.Pool.Definition, worker.Id);
        var plan = sandbox.PlanFor(worker.Pool.Definition, worker.SocketPath, worker.LogStream, worker.Pinned, worker.Group, worker.Inside);
        using var process = await launcher.StartAsync(plan);
        worker.Attach(process);
        watch?.Busy(worker);
        try
        {
            using var output = new WorkerOutput(
                ((AnonymousPipeClientStream)process.StandardOutput.BaseStream).SafePipeHandle,
                ((AnonymousPipeClientStream)process.StandardError.BaseStream).SafePipeHandle,
                pump,
                new OutputBudget(options.LogRateBytes, clock),
                line =>
                {
                    worker.Pool.Log.Write(line, new LogOrigin(LogKind.Printed, worker.Pool.Definition.Version, worker.Prints?.RequestId), worker.Prints?.Tail, keep: true);
                    if (LastWords.SpeakOfMemory(line))
                    {
                        worker.SpokeOfMemory = true;
                    }
                });
            worker.Output = output;
            pump.Add(output);
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
        finally
        {
            worker.Kill(); // nothing to do unless an exception leads here: no process outlives its keeper
            worker.Detach();
            watch?.Ended(worker);
        }
    }
}
