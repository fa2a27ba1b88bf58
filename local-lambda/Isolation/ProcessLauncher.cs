using System.Collections.Concurrent;
using System.Diagnostics;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// Starts processes on one thread that lives as long as the daemon. "Die with the parent" (PR_SET_PDEATHSIG) means the parent's
/// <em>thread</em>: a worker started on a pool thread would be killed when the pool retires that thread.
/// </summary>
internal sealed class ProcessLauncher : IDisposable
{
    private readonly BlockingCollection<(LaunchPlan Plan, TaskCompletionSource<Process> Started)> _requests = new(1024);
    private readonly Thread _thread;

    public ProcessLauncher()
    {
        InheritedDescriptors.Keep();
        _thread = new Thread(Run) { IsBackground = true, Name = "function launcher" };
        _thread.Start();
    }

    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be started.</exception>
    public Task<Process> StartAsync(LaunchPlan plan)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests.Add((plan, started));
        return started.Task;
    }

    public void Dispose()
    {
        _requests.CompleteAdding();
        _thread.Join();
        _requests.Dispose();
    }

    private void Run()
    {
        foreach (var (plan, started) in _requests.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Start(plan));
            }
            catch (Exception exception)
            {
                started.SetException(exception); // whoever asked is told; this thread goes on for the others
            }
        }
    }

    private static Process Start(LaunchPlan plan)
    {
        var start = new ProcessStartInfo(plan.Program, plan.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = plan.WorkingFolder,
        };
        start.Environment.Clear();
        foreach (var (name, value) in plan.Environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        try
        {
            // At most 8 KiB or so: fits the pipe, so that this thread cannot be held up by what it starts.
            process.StandardInput.BaseStream.Write(plan.Input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended already; its exit status tells why.
        }

        return process;
    }
}
