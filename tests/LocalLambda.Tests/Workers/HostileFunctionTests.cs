using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Workers;

/// <summary>Functions that misbehave: the caller gets Lambda's error, and the gateway goes on.</summary>
internal sealed class HostileFunctionTests : FunctionFixture
{
    private const string Pid = "import uuid\nme = str(uuid.uuid4())\n";

    [Test]
    public async Task A_worker_is_reused_while_it_is_warm()
    {
        Python("who", Pid + "def handler(event, context):\n    return me");
        await StartAsync();

        var first = await AnswerAsync("who");

        for (var i = 0; i < 20; i++)
        {
            Assert.That(await AnswerAsync("who"), Is.EqualTo(first));
        }
    }

    [Test]
    public async Task Invocations_at_once_run_side_by_side_up_to_the_concurrency()
    {
        Python("slow", Pid + "import time\ndef handler(event, context):\n    time.sleep(0.3)\n    return me", "max-concurrency: 3\ntimeout: 20s\n");
        await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => AnswerAsync("slow")));

        Assert.That(answers.Distinct().Count(), Is.EqualTo(3));
    }

    [Test]
    public async Task A_full_queue_refuses()
    {
        Python("slow", "import time\ndef handler(event, context):\n    time.sleep(1)", "max-concurrency: 1\nqueue: 1\ntimeout: 20s\n");
        await StartAsync();
        var taken = new[] { InvokeAsync("slow"), InvokeAsync("slow") };

        await Assert.ThrowsAsync<FunctionThrottledException>(() => InvokeAsync("slow"));
        await Task.WhenAll(taken);
    }

    [Test]
    public async Task A_time_out_ends_the_whole_tree_also_what_has_left_its_session_and_ignores_signals()
    {
        var marker = Guid.NewGuid().ToString("N");
        Python(
            "hang",
            $$"""
            import os, signal, subprocess, time
            def handler(event, context):
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        os.execv('/usr/bin/sleep', ['{{marker}}', '300'])
                    os._exit(0)
                time.sleep(300)
            """,
            "timeout: 1s\n");
        await StartAsync();
        var hang = InvokeAsync("hang");
        await Eventually.IsTrueAsync(() => Processes.Any(marker), "the grandchild to run");

        var result = await hang;

        Assert.That(Json(result).GetProperty("errorMessage").GetString(), Is.EqualTo($"RequestId: {result.RequestId} Error: Task timed out after 1.00 seconds"));
        await Eventually.IsTrueAsync(() => !Processes.Any(marker), "the grandchild to be gone");
    }

    [TestCase("import os\ndef handler(event, context):\n    os._exit(3)", "Runtime exited with error: exit status 3")]
    [TestCase("import os\ndef handler(event, context):\n    os._exit(0)", "Runtime exited without providing a reason")]
    [TestCase("import os, signal\ndef handler(event, context):\n    os.kill(os.getpid(), signal.SIGSEGV)", "Runtime exited with error: signal: segmentation fault")]
    public async Task A_crash_is_told_and_the_next_invocation_has_a_new_worker(string code, string reason)
    {
        Python("crash", code.Replace("event, context):\n", "event, context):\n    if event == 'live': return 'well'\n"));
        await StartAsync();

        var result = await InvokeAsync("crash");

        Assert.That(Json(result).GetProperty("errorType").GetString(), Is.EqualTo("Runtime.ExitError"));
        Assert.That(Json(result).GetProperty("errorMessage").GetString(), Is.EqualTo($"RequestId: {result.RequestId} Error: {reason}"));
        Assert.That(await AnswerAsync("crash", "\"live\""), Is.EqualTo("\"well\""));
    }

    [Test]
    public async Task An_answer_of_10_MB_is_refused_in_lambdas_words()
    {
        Python("large", "def handler(event, context):\n    return 'x' * event", "timeout: 20s\n");
        await StartAsync();

        var error = Json(await InvokeAsync("large", "10000000"));

        Assert.That(error.GetProperty("errorType").GetString(), Is.EqualTo("Function.ResponseSizeTooLarge"));
        Assert.That(error.GetProperty("errorMessage").GetString(), Is.EqualTo("Response payload size (10000002 bytes) exceeded maximum allowed payload size (6291556 bytes)."));
        Assert.That((await AnswerAsync("large", "6000000")).Length, Is.EqualTo(6000002));
    }

    [Test]
    public async Task A_hundred_megabytes_of_print_are_counted_not_kept()
    {
        Python("loud", "import sys\ndef handler(event, context):\n    for _ in range(1000):\n        sys.stdout.write(('x' * 999 + '\\n') * 100)\n    return 'done'", "timeout: 30s\n");
        await StartAsync();

        Assert.That(await AnswerAsync("loud"), Is.EqualTo("\"done\""));
        Assert.That(Log("loud"), Does.Match(@"\[roost\] \d+ bytes were printed too fast and not logged"));
        Assert.That(new DirectoryInfo(Folder["data"]).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.FullName.Contains("logs")).Sum(file => file.Length), Is.LessThan(9 * 1024 * 1024));
    }

    [Test]
    public async Task The_machine_is_out_of_reach()
    {
        Python(
            "spy",
            """
            import os, socket
            def attempt(action):
                try:
                    return str(action())
                except Exception as error:
                    return type(error).__name__
            def handler(event, context):
                return [attempt(lambda: open('/etc/shadow').read()), attempt(lambda: os.listdir(event)), attempt(lambda: open('/var/task/x', 'w')),
                        attempt(lambda: open('/usr/x', 'w')), attempt(lambda: socket.create_connection(('127.0.0.1', 22), 1)),
                        'ROOST_SECRET' in open('/proc/1/environ').read() if os.access('/proc/1/environ', os.R_OK) else False,
                        len([p for p in os.listdir('/proc') if p.isdigit()]) < 5, os.environ.get('ROOST_SECRET')]
            """);
        Environment.SetEnvironmentVariable("ROOST_SECRET", "x");
        await StartAsync();

        Assert.That(await AnswerAsync("spy", $"\"{Folder["functions"]}\""), Is.EqualTo(
            """["FileNotFoundError", "FileNotFoundError", "OSError", "OSError", "ConnectionRefusedError", false, true, null]"""));
    }

    [Test]
    public async Task An_allocation_beyond_the_memory_fails_inside_the_function_alone()
    {
        Python("greedy", "def handler(event, context):\n    return len(bytearray(4 << 30))", "timeout: 20s\nmemory: 128MiB\n");
        await StartAsync();

        Assert.That(Json(await InvokeAsync("greedy")).GetProperty("errorType").GetString(), Is.AnyOf("MemoryError", "Runtime.OutOfMemory"));
    }
}
