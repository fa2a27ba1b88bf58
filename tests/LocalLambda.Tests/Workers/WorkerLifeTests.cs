using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Workers;

/// <summary>When workers start and end: pinned, idle, slow to start, and while the daemon stops.</summary>
internal sealed class WorkerLifeTests : FunctionFixture
{
    private FunctionStatus Status => Host.Functions.Single();

    [Test]
    public async Task A_pinned_worker_runs_from_the_start_on_and_is_replaced_when_it_dies()
    {
        Python("pin", "import os\nprint('at your service')\ndef handler(event, context):\n    if event == 'die': os._exit(1)\n    return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']", "pinned: 1\nmax-concurrency: 1\n");
        await StartAsync();
        await Eventually.IsTrueAsync(() => Log("pin").Contains("at your service"), "the pinned worker to start unasked");
        Assert.That(await AnswerAsync("pin"), Is.EqualTo("\"provisioned-concurrency\""));

        await InvokeAsync("pin", "\"die\"");

        await Eventually.IsTrueAsync(() => Log("pin").Split("at your service").Length == 3, "another one");
    }

    [Test]
    public async Task Workers_beyond_the_pinned_ones_end_when_they_are_idle()
    {
        Python("calm", "import time\ndef handler(event, context):\n    time.sleep(event)", "pinned: 1\nmax-concurrency: 3\nidle: 1s\ntimeout: 20s\n");
        await StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => InvokeAsync("calm", "0.5")));
        Assert.That(Status.Workers, Is.EqualTo(3));

        await Eventually.IsTrueAsync(() => Status.Workers == 1, "the two others to end");
        Assert.That((await InvokeAsync("calm", "0")).FunctionError, Is.Null);
        Assert.That(Status.Workers, Is.EqualTo(1));
    }

    [Test]
    public async Task A_pinned_function_that_cannot_start_is_not_started_without_end()
    {
        var clock = new ManualTimeProvider();
        Python("broken", "print('start')\nraise RuntimeError('no sensor')", "pinned: 1\n");
        await StartAsync(clock: clock);

        foreach (var (starts, wait) in new[] { (1, 1), (2, 2), (3, 4), (4, 8) })
        {
            await Eventually.IsTrueAsync(() => Starts() == starts && Status.Workers == 0, $"start {starts} to fail");
            clock.Advance(TimeSpan.FromSeconds(wait) - TimeSpan.FromMilliseconds(1));
            Assert.That(Status.Workers, Is.Zero, "before its time");
            clock.Advance(TimeSpan.FromMilliseconds(2));
        }

        await Eventually.IsTrueAsync(() => Starts() == 5, "start 5");

        int Starts() => Log("broken").Split('\n').Count(line => line == "start");
    }

    [Test]
    public async Task A_runtime_that_never_asks_for_an_event_is_ended_in_time()
    {
        Function("mute", "runtime: provided\n", ("bootstrap", "#!/bin/sh\nexec sleep 600\n"));
        File.SetUnixFileMode(Path.Combine(Folder["functions"], "mute", "bootstrap"), (UnixFileMode)0b111_101_101);
        await StartAsync(options => options.InitTimeout = TimeSpan.FromSeconds(1));

        var error = Json(await InvokeAsync("mute"));

        Assert.That(error.GetProperty("errorType").GetString(), Is.EqualTo("Sandbox.Timedout"));
        Assert.That(error.GetProperty("errorMessage").GetString(), Does.EndWith("Init timed out after 1.00 seconds"));
    }

    [TestCase("import time\ntime.sleep(600)")]
    [TestCase("")]
    public async Task A_stop_while_workers_start_ends_them_and_answers_who_waits(string module)
    {
        var marker = Guid.NewGuid().ToString("N");
        Python("starting", $"{module}\ndef handler(event, context): pass", $"pinned: 2\nenvironment: {{ MARK: {marker} }}\n");
        for (var i = 0; i < 4; i++)
        {
            await StartAsync(options => options.DrainTimeout = TimeSpan.FromMilliseconds(i * 20));
            var waiting = Enumerable.Range(0, 6).Select(_ => InvokeAsync("starting")).ToList();

            await StopAsync().WaitAsync(Eventually.Limit);

            foreach (var invocation in waiting)
            {
                try
                {
                    await invocation.WaitAsync(Eventually.Limit); // an answer, if there was time for one
                }
                catch (FunctionUnavailableException)
                {
                    // Or the truth.
                }
            }

            await Eventually.IsTrueAsync(() => Processes.WithEnvironment(marker) == 0, "all workers to be gone");
        }
    }

    [Test]
    public async Task Without_isolation_functions_run_and_end_in_time_all_the_same()
    {
        var marker = Guid.NewGuid().ToString("N");
        Python("plain", "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.getcwd()", $"timeout: 1s\nenvironment: {{ MARK: {marker} }}\n");
        Node("node", "export const handler = async (event) => event;");
        await StartAsync(options => options.Isolation = IsolationMode.None);

        Assert.That(await AnswerAsync("plain", "0"), Does.StartWith($"\"{Folder["data"]}/code/"));
        Assert.That(await AnswerAsync("node", "7"), Is.EqualTo("7"));
        Assert.That(Json(await InvokeAsync("plain", "600")).GetProperty("errorMessage").GetString(), Does.EndWith("Task timed out after 1.00 seconds"));
        await Eventually.IsTrueAsync(() => Processes.WithEnvironment(marker) == 0, "the worker to be gone");
    }
}
