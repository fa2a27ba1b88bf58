using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Hosting;

public sealed class ServiceManagerTests
{
    [TestCase(false)]
    [TestCase(true, Description = "an abstract name, as systemd gives in containers")]
    public async Task Systemd_hears_ready_alive_and_stopping(bool isAbstract)
    {
        using var folder = new TemporaryFolder();
        var address = isAbstract ? $"@roost-test-{Guid.NewGuid():N}" : folder["notify"];
        using var manager = new NotifySocket(address);
        await using var daemon = await DaemonProcess.StartAsync(folder["data"], environment: new Dictionary<string, string>
        {
            ["NOTIFY_SOCKET"] = address,
            ["WATCHDOG_USEC"] = "400000",
        });

        var ready = await manager.NextAsync("READY=1");
        var alive = await manager.NextAsync("WATCHDOG=1");
        daemon.Signal(DaemonProcess.SigTerm);
        var stopping = await manager.NextAsync("STOPPING=1");

        Assert.That(ready, Does.StartWith("READY=1\nSTATUS=").And.Contain($"http 127.0.0.1:{daemon.HttpPort}"));
        Assert.That(alive, Is.EqualTo("WATCHDOG=1"));
        Assert.That(stopping, Does.StartWith("STOPPING=1"));
        Assert.That(await daemon.ExitAsync(), Is.Zero);
    }

    [Test]
    public async Task A_watchdog_of_another_process_is_not_ours()
    {
        using var folder = new TemporaryFolder();
        using var manager = new NotifySocket(folder["notify"]);
        await using var daemon = await DaemonProcess.StartAsync(folder["data"], environment: new Dictionary<string, string>
        {
            ["NOTIFY_SOCKET"] = folder["notify"],
            ["WATCHDOG_USEC"] = "1000",
            ["WATCHDOG_PID"] = "1",
        });

        Assert.That(await manager.NextAsync(), Does.StartWith("READY=1"));
        daemon.Signal(DaemonProcess.SigTerm);
        Assert.That(await manager.NextAsync(), Does.StartWith("STOPPING=1"));
    }

    [Test]
    public async Task Systemd_hears_in_one_line_why_nothing_was_started()
    {
        using var folder = new TemporaryFolder();
        using var manager = new NotifySocket(folder["notify"]);
        await using var taken = await DaemonProcess.StartAsync(folder["data"]);
        await using var second = DaemonProcess.Launch(["--data", folder["data"]], new Dictionary<string, string> { ["NOTIFY_SOCKET"] = folder["notify"] });
        var busy = await manager.NextAsync();
        await using var misconfigured = DaemonProcess.Launch(
            ["--data", folder["data"]], new Dictionary<string, string> { ["NOTIFY_SOCKET"] = folder["notify"], ["ROOST__MQTT__LIMTS__MAX_PACKET"] = "1", ["ROOST__HTP__X"] = "READY=1" });
        var wrong = await manager.NextAsync();

        Assert.That(await second.ExitAsync(), Is.EqualTo(1));
        Assert.That(await misconfigured.ExitAsync(), Is.EqualTo(2));
        Assert.That(busy, Does.StartWith("STATUS=Not started: another roostd").And.Not.Contains("\n"));
        Assert.That(wrong, Does.StartWith("STATUS=Not started: ").And.EndsWith("; the journal has the rest").And.Not.Contains("\n"));
    }

    [Test]
    public async Task A_manager_that_does_not_listen_is_no_obstacle()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = await DaemonProcess.StartAsync(folder["data"], environment: new Dictionary<string, string> { ["NOTIFY_SOCKET"] = folder["nobody"] });

        daemon.Signal(DaemonProcess.SigTerm);
        Assert.That(await daemon.ExitAsync(), Is.Zero);
    }
}
