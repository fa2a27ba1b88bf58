using Roost.LocalLambda.Isolation;
using Roost.Tests.Support;

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
    public async Task A_live_edit_that_asks_for_a_device_that_is_not_allowed_is_a_fault_of_that_function_alone_and_the_version_before_goes_on()
    {
        Python("asks", "def handler(event, context):\n    return 1");
        Python("sound", "def handler(event, context):\n    return 1");
        await StartAsync(options => options.Spares = 1);

        Python("asks", "def handler(event, context):\n    return 2", "devices: [ /dev/null ]\n");
        Python("sound", "def handler(event, context):\n    return 2", "timeout: 7s\n");
        await Eventually.IsTrueAsync(async () => Faults("asks").Count == 1 && await AnswerAsync("sound") == "2", "both edits to be looked at");

        Assert.That(Faults("asks").Single(), Does.EndWith("function.yaml, line 4: devices is '/dev/null'; is not allowed for functions; add it to functions: devices in the daemon's configuration"));
        Assert.That(await AnswerAsync("asks"), Is.EqualTo("1"));
        Assert.That(Faults("sound"), Is.Empty);
    }

    [Test]
    public async Task A_device_that_is_not_plugged_in_fails_the_calls_of_its_own_function_and_nothing_else()
    {
        const string Missing = "/dev/roost-not-plugged-in";
        Python("asks", "def handler(event, context):\n    return 1", $"devices: [ {Missing} ]\n");
        Python("sound", "def handler(event, context):\n    return 1");

        await StartAsync(options => (options.Devices, options.Spares) = ([Missing], 1));

        Assert.That((Host.Fault, Faults("asks").Count, Faults("sound").Count), Is.EqualTo((default(string), 0, 0)));
        Assert.That(await AnswerAsync("sound"), Is.EqualTo("1"));
        Assert.That(Json(await InvokeAsync("asks")).GetProperty("errorMessage").GetString(), Does.Contain($"{Missing} is no character device that is there"));
    }

    [Test]
    public async Task A_device_that_the_daemon_does_not_allow_any_more_is_the_reason_why_the_function_does_not_start()
    {
        Python("clock", "def handler(event, context): pass", $"devices: [ {Device} ]\n");
        await StartAsync(options => options.Devices = [Device]);
        await StopAsync();
        await StartAsync();

        Assert.That(Faults("clock"), Has.One.Contains(Device));
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

    private IReadOnlyList<string> Faults(string name) => Host.Functions.Single(function => function.Name == name).Faults;

    private static void RequireDevice()
    {
        if (!File.Exists(Device))
        {
            Assert.Ignore($"Nothing is shown of granting a device: {Device} is not here.");
        }
    }
}
