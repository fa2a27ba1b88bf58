using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.LocalLambda.Sources.Lifecycle;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Sources.Lifecycle;

/// <summary>What a function is told of its gateway.</summary>
internal sealed class LifecycleTests : FunctionFixture
{
    [Test]
    public async Task A_function_is_told_of_the_start_and_the_stop_waits_for_it()
    {
        Python("f", "import os, time\ndef handler(event, context):\n    time.sleep(0.2)\n    print('told of', event['detail']['event'], event['resources'][0])", "triggers: [ { lifecycle: start }, { lifecycle: stop } ]\n");
        await StartAsync();
        await Eventually.IsTrueAsync(() => Log("f").Contains("told of start arn:aws:lambda:local:000000000000:function:f", StringComparison.Ordinal), "the start");
        Assert.That(Log("f"), Does.Not.Contain("told of stop"));

        await Host.StopAsync(default);

        Assert.That(Log("f"), Does.Contain("told of stop"));
    }

    [Test]
    public async Task A_stop_does_not_wait_for_ever_for_a_function()
    {
        Python("f", "import time\ndef handler(event, context):\n    time.sleep(600)", "timeout: 900s\ntriggers: [ { lifecycle: stop } ]\n");
        await StartAsync(options => options.DrainTimeout = TimeSpan.FromMilliseconds(300));

        await Eventually.CompletesAsync(Task.Run(async () =>
        {
            await Host.StopAsync(default);
            return true;
        }), "the stop");
    }

    [Test]
    public async Task A_function_is_told_each_time_the_cloud_comes_and_goes()
    {
        var invoker = new RecordingInvoker();
        var link = new Link();
        await using var comes = new LifecycleSource("f", "cloud-connected", link, invoker, TimeProvider.System, NullLogger.Instance);
        await using var goes = new LifecycleSource("f", "cloud-disconnected", link, invoker, TimeProvider.System, NullLogger.Instance);
        await comes.StartAsync();
        await goes.StartAsync();

        foreach (var round in Enumerable.Range(0, 3))
        {
            link.Connect();
            await Eventually.IsTrueAsync(() => Told().Length == (2 * round) + 1, "the connection to be told");
            link.Lose();
            await Eventually.IsTrueAsync(() => Told().Length == (2 * round) + 2, "its end to be told");
        }

        Assert.That(Told(), Is.EqualTo(["cloud-connected", "cloud-disconnected", "cloud-connected", "cloud-disconnected", "cloud-connected", "cloud-disconnected"]));

        string[] Told() => [.. invoker.Payloads.Select(payload => JsonDocument.Parse(payload).RootElement.GetProperty("detail").GetProperty("event").GetString()!)];
    }

    private sealed class Link : ICloudLink
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource<CancellationTokenSource> _connection = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private CancellationTokenSource? _lost;

        public async Task<CancellationToken> ConnectedAsync(CancellationToken cancellationToken)
        {
            Task<CancellationTokenSource> connection;
            lock (_gate)
            {
                connection = _connection.Task;
            }

            return (await connection.WaitAsync(cancellationToken)).Token;
        }

        public void Connect()
        {
            lock (_gate)
            {
                _lost = new CancellationTokenSource();
                _connection.SetResult(_lost);
            }
        }

        public void Lose()
        {
            lock (_gate)
            {
                _connection = new TaskCompletionSource<CancellationTokenSource>(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            _lost!.Cancel();
        }
    }
}
