using Microsoft.Extensions.Logging.Abstractions;
using Roost.Gateway.Hosting;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Hosting;

public sealed class WatchdogTests
{
    [Test]
    public async Task There_is_no_sign_of_life_while_a_probe_does_not_answer()
    {
        using var folder = new TemporaryFolder();
        using var systemd = new NotifySocket(folder["notify"]);
        using var manager = new ServiceManager(new System.Collections.Hashtable { ["NOTIFY_SOCKET"] = folder["notify"], ["WATCHDOG_USEC"] = "8000000" });
        var clock = new ManualTimeProvider();
        var probe = new FakeProbe();
        using var watchdog = new Watchdog(manager, [probe], clock, NullLogger<Watchdog>.Instance);

        probe.Answer = new TaskCompletionSource();
        await watchdog.StartAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => probe.Asked == 1, "the first probe");
        clock.Advance(TimeSpan.FromSeconds(2)); // a quarter of the interval: given up
        probe.Answer = null;
        await Eventually.IsTrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return probe.Asked >= 2;
            },
            "the second probe");

        Assert.That(await systemd.NextAsync(), Is.EqualTo("WATCHDOG=1"), "the first word is that of the second probe");
        await watchdog.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task A_probe_that_answers_with_a_refusal_is_alive()
    {
        using var folder = new TemporaryFolder();
        using var systemd = new NotifySocket(folder["notify"]);
        using var manager = new ServiceManager(new System.Collections.Hashtable { ["NOTIFY_SOCKET"] = folder["notify"], ["WATCHDOG_USEC"] = "8000000" });
        var probe = new FakeProbe { Answer = new TaskCompletionSource() };
        probe.Answer.SetException(new IOException("No space left on device"));
        using var watchdog = new Watchdog(manager, [probe], new ManualTimeProvider(), NullLogger<Watchdog>.Instance);

        await watchdog.StartAsync(CancellationToken.None);

        Assert.That(await systemd.NextAsync(), Is.EqualTo("WATCHDOG=1"));
        await watchdog.StopAsync(CancellationToken.None);
    }

    private sealed class FakeProbe : ILivenessProbe
    {
        private int _asked;

        public string Name => "probe";

        public int Asked => Volatile.Read(ref _asked);

        public TaskCompletionSource? Answer { get; set; }

        public Task AnswersAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return Answer?.Task ?? Task.CompletedTask;
        }
    }
}
