namespace Roost.DeviceSim.Tests;

public sealed class SimulatorCommandTests
{
    [TestCase("--robots", "0")]
    [TestCase("--robots", "many")]
    [TestCase("--rate", "0")]
    [TestCase("--rate", "x")]
    [TestCase("--rate", "NaN")]
    [TestCase("--seed", "abc")]
    [TestCase("--seed", "-1")]
    [TestCase("--qos", "one")]
    [TestCase("--rate", "1001")]
    [TestCase("--duration", "soon")]
    [TestCase("--duration", "-1s")]
    [TestCase("--version", "4")]
    [TestCase("--qos", "2")]
    [TestCase("--broker", "host:port")]
    [TestCase("--broker", "http://127.0.0.1:1883")]
    [TestCase("--speed", "9")]
    public async Task A_wrong_argument_ends_with_2_and_one_line(string option, string value)
    {
        using var error = new StringWriter();

        var code = await SimulatorCommand.RunAsync([option, value], TextWriter.Null, error, TimeProvider.System);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(error.ToString().TrimEnd(), Does.StartWith("roost-sim: ").And.Contain(option).And.Not.Contain("\n").And.Not.Contain("System."));
    }

    [Test]
    public async Task A_wrong_number_is_told_once_and_in_words()
    {
        using var error = new StringWriter();

        await SimulatorCommand.RunAsync(["--rate", "x"], TextWriter.Null, error, TimeProvider.System);

        Assert.That(error.ToString().TrimEnd(), Is.EqualTo("roost-sim: --rate is a number from 0.001 to 1000, not 'x'. Try: roost-sim --help"));
    }

    [TestCase("127.0.0.1", "127.0.0.1", 1883)]
    [TestCase("127.0.0.1:2883", "127.0.0.1", 2883)]
    [TestCase("broker.example.com:8883", "broker.example.com", 8883)]
    [TestCase("[::1]:1884", "::1", 1884)]
    [TestCase("mqtt://localhost:1885", "localhost", 1885)]
    public void A_broker_is_a_host_and_a_port(string text, string host, int port)
    {
        Assert.That(SimulatorOptions.TryParseBroker(text, out var parsedHost, out var parsedPort));
        Assert.That((parsedHost, parsedPort), Is.EqualTo((host, port)));
    }

    [TestCase("500ms", 0.5)]
    [TestCase("30s", 30)]
    [TestCase("1.5", 1.5)]
    [TestCase("5m", 300)]
    [TestCase("2h", 7200)]
    public void A_duration_has_a_unit_or_means_seconds(string text, double seconds)
    {
        Assert.That(SimulatorOptions.TryParseDuration(text, out var duration));
        Assert.That(duration.TotalSeconds, Is.EqualTo(seconds));
    }
}
