using System.Diagnostics;
using System.Text;
using System.Text.Json;
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

    /// <summary>The case with 50 kills is the one of which docs/hostile.md tells.</summary>
    [TestCase(3)]
    [TestCase(50, Explicit = true, Reason = "It takes minutes.")]
    public async Task Every_event_that_was_accepted_has_run_or_is_a_dead_letter_after_kills(int kills)
    {
        // Every tenth event fails, and is a dead letter at once.
        Python("some", "def handler(event, context):\n    if event % 10 == 0: raise ValueError()\n    return event", "max-concurrency: 3\nasync: { retries: 0 }\n");
        var random = new Random(kills);
        HashSet<int> accepted = [], answered = [];
        var next = 1;
        for (var kill = 0; kill < kills; kill++)
        {
            using var daemon = Start();
            var below = await FloodAsync(daemon, random.Next(20, 200));
            daemon.Kill();
            while (await LineAsync(daemon) is { } line)
            {
                Take(line);
            }

            await Eventually.IsTrueAsync(() => !below.Any(Processes.IsAlive), "every process below the daemon to be gone");
        }

        await StartAsync();
        List<int> dead = [];
        await Eventually.IsTrueAsync(
            () =>
            {
                answered.UnionWith(Broker.Published.Select(message => Encoding.UTF8.GetString(message.Payload.Span)).Where(text => int.TryParse(text, out _)).Select(int.Parse));
                dead = [.. DeadLetters("some").Select(record => JsonDocument.Parse(record).RootElement.GetProperty("requestPayload").GetInt32())];
                return !accepted.Except(answered).Except(dead).Any();
            },
            "every accepted event to have been answered, or to be a dead letter");

        TestContext.Out.WriteLine($"{kills} kills: {accepted.Count} accepted, {answered.Count} answered, {dead.Count} dead letters, {dead.Count - dead.Distinct().Count()} of them twice");
        Assert.That(accepted, Has.Count.GreaterThan(kills * 10));

        // Events go in until so many were kept; those that were sent and not acknowledged count for nothing.
        async Task<IReadOnlyList<int>> FloodAsync(Process daemon, int events)
        {
            var sent = new Queue<int>();
            for (var kept = 0; ;)
            {
                while (sent.Count < 8)
                {
                    sent.Enqueue(next);
                    await daemon.StandardInput.WriteLineAsync($"some {next++}");
                }

                var line = await LineAsync(daemon) ?? throw new InvalidOperationException("The daemon ended by itself.");
                Take(line);
                if (line == "kept")
                {
                    accepted.Add(sent.Dequeue());
                    if (++kept == events)
                    {
                        return Processes.Below(daemon.Id);
                    }
                }
            }
        }

        void Take(string line)
        {
            if (line.StartsWith("answer ", StringComparison.Ordinal) && int.TryParse(line["answer ".Length..], out var number))
            {
                answered.Add(number);
            }
        }
    }

    private static Task<string?> LineAsync(Process process) => Eventually.CompletesAsync(process.StandardOutput.ReadLineAsync(), "a line of the daemon");

    private Process Start()
    {
        var program = Path.Combine(AppContext.BaseDirectory.Replace("LocalLambda.Tests", "LocalLambda.Host", StringComparison.Ordinal), "Roost.LocalLambda.Host.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, Folder["functions"], Folder["data"]]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
    }
}
