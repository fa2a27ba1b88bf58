using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Isolation;
using Roost.LocalLambda.Isolation.Seccomp;
using Roost.LocalLambda.Workers;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Workers;

internal sealed class WorkerEndTests
{
    [Test]
    public async Task A_worker_that_is_ended_at_any_moment_of_its_start_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var launcher = new ProcessLauncher();
        if (await SandboxProbe.FaultAsync(launcher, new SandboxMarks(folder.Path), default) is { } fault)
        {
            Assert.Ignore($"This machine cannot isolate functions, so nothing is shown here: {fault}");
        }

        var filter = folder["filter"];
        await File.WriteAllBytesAsync(filter, SystemCallFilter.Build(SystemCallMachine.Current!, countsMemory: false));
        var mark = $"0.{Random.Shared.NextInt64(long.MaxValue).ToString("D19", CultureInfo.InvariantCulture)}";
        for (var i = 0; i < 80; i++)
        {
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var worker = new Worker($"w{i}", new FunctionDefinition { Name = "f", Runtime = FunctionRuntime.TryParse("provided")!, Handler = "" }) { SocketPath = "", Listener = listener, IsSandboxed = true };
            using var process = await launcher.StartAsync(Sandbox.Probe(filter, ["/usr/bin/sleep", "120", mark]));
            worker.Attach(process);
            var since = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(since) < TimeSpan.FromMicroseconds(i * 250))
            {
                Thread.SpinWait(100);
            }

            worker.Kill();
            await process.WaitForExitAsync();
            worker.Detach();
        }

        await Eventually.IsTrueAsync(() => Processes.WithCommandLine(mark) == 0, "all of them to be gone");
    }
}
