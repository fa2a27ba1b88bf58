using System.Diagnostics;
using System.Text;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests;

/// <summary>kill -9 of the daemon while functions run.</summary>
internal sealed class KillTests : FunctionFixture
{
    [Test]
    public async Task No_worker_outlives_the_daemon_and_what_it_had_accepted_runs_after_the_next_start()
    {
        const string Hang = """
            import os, time
            def handler(event, context):
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        time.sleep(600)
                    os._exit(0)
                time.sleep(600)
            """;
        Python("late", Hang, "max-concurrency: 2\ntimeout: 600s\n");
        Python("pinned", "def handler(event, context): pass", "pinned: 1\n");
        const int Accepted = 20;
        using (var daemon = Start())
        {
            try
            {
                Assert.That(await LineAsync(daemon), Is.EqualTo("ready"));
                for (var i = 0; i < Accepted; i++)
                {
                    await daemon.StandardInput.WriteLineAsync($"late {i}");
                    Assert.That(await LineAsync(daemon), Is.EqualTo("kept"));
                }

                // Two sandboxes that run the event, each two bubblewraps, the runtime and its grandchild; and the pinned one.
                await Eventually.IsTrueAsync(() => Processes.Below(daemon.Id).Count >= 11, "all workers and their children to run");
                var below = Processes.Below(daemon.Id);

                daemon.Kill();

                await Eventually.IsTrueAsync(() => !below.Any(Processes.IsAlive), "every process below the daemon to be gone");
            }
            finally
            {
                daemon.Kill(entireProcessTree: true);
            }
        }

        Python("late", "def handler(event, context):\n    return event");
        await StartAsync();

        await Eventually.IsTrueAsync(
            () => Broker.Published.Select(message => int.Parse(Encoding.UTF8.GetString(message.Payload.Span))).ToHashSet().SetEquals(Enumerable.Range(0, Accepted)),
            "the answers of all events that were accepted");
    }

    private static Task<string?> LineAsync(Process process) => Eventually.CompletesAsync(process.StandardOutput.ReadLineAsync(), "a line of the daemon");

    private Process Start()
    {
        var program = Path.Combine(AppContext.BaseDirectory.Replace("LocalLambda.Tests", "LocalLambda.Host", StringComparison.Ordinal), "Roost.LocalLambda.Host.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, Folder["functions"], Folder["data"]]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
    }
}
