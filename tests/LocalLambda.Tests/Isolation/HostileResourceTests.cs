using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Isolation;

/// <summary>What a function takes without end: memory, processes, room. The reason is named, and all of it goes.</summary>
internal sealed class HostileResourceTests : FunctionFixture
{
    private const string Served = "def handler(event, context):\n    return 'served'";

    [Test]
    public async Task Memory_that_is_spread_over_many_processes_is_counted_together()
    {
        var marker = Guid.NewGuid().ToString("N");
        Python(
            "spread",
            """
            import mmap, os, time
            def handler(event, context):
                for _ in range(40): # 4 GB together, each within the limit
                    if os.fork() == 0:
                        os.setsid()
                        memory = bytearray(100 << 20)
                        for i in range(0, len(memory), 4096):
                            memory[i] = 1
                        time.sleep(600)
                    time.sleep(0.05)
                time.sleep(600)
            """,
            $"timeout: 60s\nmemory: 256MiB\nenvironment: {{ MARK: {marker} }}\n");
        Python("other", Served);
        await StartAsync();

        var error = Json(await InvokeAsync("spread"));

        Assert.That(error.GetProperty("errorType").GetString(), Is.EqualTo("Runtime.OutOfMemory"));
        Assert.That(error.GetProperty("errorMessage").GetString(), Does.EndWith("Error: Runtime exited with error: signal: killed"));
        Assert.That(Log("spread"), Does.Contain("was ended, because it used more than 256 MB of memory"));
        await Eventually.IsTrueAsync(() => Processes.WithEnvironment(marker) == 0, "all of it to be gone");
        Assert.That(await AnswerAsync("other"), Is.EqualTo("\"served\""));
    }

    [Test]
    public async Task Memory_that_grows_after_the_answer_ends_the_worker()
    {
        var marker = Guid.NewGuid().ToString("N");
        Python(
            "late",
            """
            import os, time
            def grow():
                memory = bytearray(100 << 20)
                for i in range(0, len(memory), 4096):
                    memory[i] = 1
                time.sleep(600)
            def handler(event, context):
                for _ in range(4):
                    if os.fork() == 0:
                        os.setsid()
                        grow()
                return 'done'
            """,
            $"timeout: 60s\nidle: 24h\nenvironment: {{ MARK: {marker} }}\n");
        var clock = new ManualTimeProvider();
        await StartAsync(clock: clock);

        Assert.That(await AnswerAsync("late"), Is.EqualTo("\"done\""));

        await Eventually.IsTrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1)); // an idle worker is looked at seldom
                return Processes.WithEnvironment(marker) == 0;
            },
            "the worker and what it left behind to be gone");
        await Eventually.IsTrueAsync(() => Log("late").Contains("was ended, because it used more than 128 MB of memory", StringComparison.Ordinal), "the reason in the log");
    }

    [Test]
    public async Task Node_that_gets_no_more_memory_is_out_of_memory_and_not_just_gone()
    {
        Node("heap", "export const handler = async () => { const kept = []; for (;;) kept.push(new Array(10000).fill(kept.length)); };", "timeout: 60s\n");
        await StartAsync();

        var error = Json(await InvokeAsync("heap"));

        Assert.That(error.GetProperty("errorType").GetString(), Is.EqualTo("Runtime.OutOfMemory"), Log("heap"));
    }

    [TestCase("time.sleep(600)", "Sandbox.Timedout")]
    [TestCase("os.abort()", "Runtime.ExitError")]
    [TestCase("os.kill(os.getpid(), 9)", "Runtime.ExitError")]
    [TestCase("os.kill(1, 9); time.sleep(600)", "Sandbox.Timedout", Description = "the first process of a namespace is deaf to its own")]
    [TestCase("print('Cannot allocate memory', flush=True); os._exit(134)", "Runtime.OutOfMemory", Description = "a native allocation that failed")]
    public async Task Time_out_crash_and_want_of_memory_are_told_apart(string code, string type)
    {
        Python("ends", $"import os, time\ndef handler(event, context):\n    {code}", "timeout: 2s\n");
        await StartAsync();

        Assert.That(Json(await InvokeAsync("ends")).GetProperty("errorType").GetString(), Is.EqualTo(type));
    }

    [Test]
    public async Task Processes_without_end_are_ended_while_others_are_served()
    {
        var isRoot = Environment.UserName == "root";
        var marker = Guid.NewGuid().ToString("N");
        Python(
            "forks",
            """
            import os, time
            def handler(event, context):
                for _ in range(300): # of a daemon that runs as root the kernel counts none: no bomb that grows by itself is thrown here
                    try:
                        if os.fork() == 0:
                            time.sleep(600)
                    except BlockingIOError:
                        pass
                time.sleep(600)
            """,
            $"timeout: {(isRoot ? 120 : 5)}s\nmemory: 1GiB\nenvironment: {{ MARK: {marker} }}\n");
        Python("other", Served, "timeout: 60s\n");
        await StartAsync();
        var forks = InvokeAsync("forks");

        Assert.That(await AnswerAsync("other"), Is.EqualTo("\"served\""));
        var error = Json(await forks);

        if (isRoot)
        {
            Assert.That(error.GetProperty("errorMessage").GetString(), Does.EndWith("Runtime was ended: too many processes"));
        }
        else
        {
            Assert.That(error.GetProperty("errorType").GetString(), Is.EqualTo("Sandbox.Timedout"));
        }

        await Eventually.IsTrueAsync(() => Processes.WithEnvironment(marker) == 0, "all of it to be gone");
    }

    [TestCase("/tmp")]
    [TestCase("/dev/shm")]
    public async Task A_folder_in_memory_holds_what_the_function_may_use_and_no_more(string folder)
    {
        Python(
            "filler",
            """
            import errno, os
            def handler(event, context):
                written = 0
                try:
                    with open(event + '/x', 'wb', buffering=0) as file:
                        while True:
                            written += file.write(bytes(1 << 20))
                except OSError as error:
                    return [errno.errorcode[error.errno], written >> 20]
            """,
            "timeout: 60s\nmemory: 64MiB\n");
        await StartAsync();

        var result = await InvokeAsync("filler", $"\"{folder}\"");

        // Where a control group counts memory, files in memory are part of it.
        Assert.That(Text(result), Is.EqualTo("""["ENOSPC", 64]""").Or.Contains("Runtime.OutOfMemory"));
    }

    [TestCase("idle", "return 'done'", Description = "when the worker ends, because it was idle")]
    [TestCase("crash", "os._exit(1)", Description = "when its runtime ends")]
    [TestCase("timeout", "time.sleep(600)", Description = "when its time is over")]
    [TestCase("stop", "return 'done'", Description = "when the gateway stops")]
    public async Task What_a_function_leaves_behind_ends_with_its_worker(string end, string then)
    {
        var marker = Guid.NewGuid().ToString("N");
        Python(
            "leaves",
            $$"""
            import os, signal, time
            def handler(event, context):
                if os.fork() == 0:
                    os.setsid()
                    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                        signal.signal(number, signal.SIG_IGN)
                    if os.fork() == 0:
                        time.sleep(600)
                    os._exit(0)
                os.wait()
                {{then}}
            """,
            $"timeout: 2s\nidle: 1s\nenvironment: {{ MARK: {marker} }}\n");
        await StartAsync();

        await InvokeAsync("leaves");
        if (end == "stop")
        {
            Assert.That(Processes.WithEnvironment(marker), Is.GreaterThan(0));
            await StopAsync();
        }

        await Eventually.IsTrueAsync(() => Processes.WithEnvironment(marker) == 0, "all of it to be gone");
    }
}
