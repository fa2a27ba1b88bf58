using System.Diagnostics;
using Roost.LocalLambda.Isolation;
using Roost.LocalLambda.Isolation.Seccomp;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Isolation;

/// <summary>bubblewrap is killed at every half millisecond of its start, by others than the daemon, and nothing of the sandbox stays.</summary>
internal sealed class SandboxMarksTests : FunctionFixture
{
    private const int Kills = 30;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(0.5);

    /// <summary>Whatever a test that fails has left.</summary>
    [TearDown]
    public void EndAll() => new SandboxMarks(Folder["data"]).EndAll();

    [Test]
    public async Task A_sandbox_whose_bubblewrap_somebody_else_kills_while_it_starts_leaves_nothing()
    {
        Python("f", "import time\ndef handler(event, context): time.sleep(600)", "timeout: 900s\n");
        await StartAsync();
        for (var i = 0; i < Kills; i++)
        {
            var before = ProcessTree.ChildrenOf(Environment.ProcessId).ToHashSet();
            var call = InvokeAsync("f");
            List<int> begun = [];
            await Eventually.IsTrueAsync(() => (begun = [.. ProcessTree.ChildrenOf(Environment.ProcessId).Where(IsNew)]).Count > 0, "bubblewrap to start");
            Pass(Step * i);
            begun.ForEach(Kill);

            Assert.That((await call).FunctionError, Is.Not.Null);

            bool IsNew(int process) => !before.Contains(process) && Processes.EnvironmentOf(process).Contains("ROOST_SANDBOX=", StringComparison.Ordinal);
        }

        await Eventually.IsTrueAsync(() => Marked(new SandboxMarks(Folder["data"])) == 0, "all sandboxes to be gone");
    }

    [Test]
    public async Task The_next_start_ends_the_sandboxes_that_a_kill_has_left_and_no_other_daemons()
    {
        using var launcher = new ProcessLauncher();
        var (ours, others) = (new SandboxMarks(Folder["data"]), new SandboxMarks(Folder["others"]));
        using var whole = await launcher.StartAsync(ours.Mark(Sleeping(), "whole"));
        using var foreign = await launcher.StartAsync(others.Mark(Sleeping(), "whole"));
        try
        {
            for (var i = 0; i < Kills; i++)
            {
                using var process = await launcher.StartAsync(ours.Mark(Sleeping(), $"w{i}"));
                Pass(Step * i);
                process.Kill();
                await process.WaitForExitAsync();
            }

            TestContext.Out.WriteLine($"{Kills} kills left {Marked(ours)} processes, with those of the sandbox that was not killed");
            Assert.That(Marked(ours), Is.GreaterThan(0));

            await StartAsync();

            await Eventually.IsTrueAsync(() => Marked(ours) == 0 && whole.HasExited, "all sandboxes to be gone");
            Assert.That(foreign.HasExited, Is.False);
        }
        finally
        {
            others.EndAll();
            await foreign.WaitForExitAsync();
        }
    }

    private static void Kill(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            found.Kill();
        }
        catch (ArgumentException)
        {
            // It has ended already.
        }
    }

    /// <summary>Shorter than timers are.</summary>
    private static void Pass(TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            Thread.SpinWait(100);
        }
    }

    private static int Marked(SandboxMarks marks)
    {
        var mark = marks.Mark(new LaunchPlan("", [], new Dictionary<string, string>(), "", []), "").Environment["ROOST_SANDBOX"];
        return Processes.WithEnvironment(mark[..(mark.IndexOf('/') + 1)]);
    }

    private LaunchPlan Sleeping()
    {
        var filter = Folder["filter"];
        if (!File.Exists(filter))
        {
            File.WriteAllBytes(filter, SystemCallFilter.Build(SystemCallMachine.Current!, countsMemory: false));
        }

        return Sandbox.Probe(filter, ["/usr/bin/sleep", "600"]);
    }
}
