using Roost.LocalLambda.Isolation;

namespace Roost.LocalLambda.Tests.Isolation;

/// <summary>Device nodes: only what both the function and the daemon's configuration name.</summary>
internal sealed class DeviceTests : FunctionFixture
{
    private static readonly string Device = new[] { "/dev/rtc0", "/dev/hwrng", "/dev/tty0" }.FirstOrDefault(File.Exists, "/dev/rtc0");

    [Test]
    public async Task A_device_that_is_granted_is_there_and_no_other()
    {
        RequireDevice();
        Python("clock", "import os, stat\ndef handler(event, context):\n    return [stat.S_ISCHR(os.stat(event).st_mode), 'mem' in os.listdir('/dev')]", $"devices: [ {Device} ]\n");
        await StartAsync(options => options.Devices = [Device]);

        Assert.That(await AnswerAsync("clock", $"\"{Device}\""), Is.EqualTo("[true, false]"));
    }

    [Test]
    public async Task A_device_that_the_daemon_does_not_allow_is_the_reason_why_the_function_does_not_start()
    {
        Python("clock", "def handler(event, context): pass", $"devices: [ {Device} ]\n");
        await StartAsync();

        var error = Json(await InvokeAsync("clock"));

        Assert.That(error.GetProperty("errorType").GetString(), Is.EqualTo("Sandbox.Failure"));
        Assert.That(error.GetProperty("errorMessage").GetString(), Does.EndWith($"{Device} is not allowed for functions; add it to functions: devices in the daemon's configuration"));
    }

    [Test]
    public async Task A_link_is_not_followed()
    {
        Python("linked", "def handler(event, context): pass", "devices: [ /dev/stdin ]\n"); // a link on every Linux
        await StartAsync(options => options.Devices = ["/dev/stdin"]);

        Assert.That(Json(await InvokeAsync("linked")).GetProperty("errorMessage").GetString(), Does.EndWith("/dev/stdin is no character device that is there; links and disks are not handed out"));
    }

    [TestCase("/dev/mem")]
    [TestCase("/dev/kmem")]
    [TestCase("/dev/../etc/shadow")]
    [TestCase("/dev//gpiochip0")]
    [TestCase("/dev/")]
    [TestCase("/dev")]
    [TestCase("/etc/shadow")]
    [TestCase("gpiochip0")]
    [TestCase("/dev/shm/x")]
    public void Some_names_are_never_granted(string name) => Assert.That(DeviceGrants.FaultOfName(name), Is.Not.Null);

    [TestCase("/dev/gpiochip0")]
    [TestCase("/dev/i2c-1")]
    [TestCase("/dev/bus/usb/001/002")]
    public void Others_may_be(string name) => Assert.That(DeviceGrants.FaultOfName(name), Is.Null);

    private static void RequireDevice()
    {
        if (!File.Exists(Device))
        {
            Assert.Ignore($"Nothing is shown of granting a device: {Device} is not here.");
        }
    }
}
