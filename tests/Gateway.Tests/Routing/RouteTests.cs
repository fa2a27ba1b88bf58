using System.Text.Json;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Routing;

public sealed class RouteTests
{
    private TemporaryFolder _folder = null!;
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        foreach (var name in (string[])["double", "steady"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FileOf(name))!);
            await File.WriteAllTextAsync(FileOf(name), "runtime: python3.11\nhandler: main.handler\n");
            await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(FileOf(name))!, "main.py"), "def handler(event, context):\n    return event['n'] * 2\n");
        }

        await File.WriteAllTextAsync(_folder["roost.yaml"], """
            functions: { isolation: none }
            streams: { telemetry: }
            routes:
              - { from: "robots/+/telemetry", to: { stream: telemetry } }
              - { from: "robots/+/n",         to: { function: double, answer: "robots/{1}/doubled" } }
              - { from: "robots/+/alarm",     to: { republish: "site/{1}/alarm" } }
              - { from: "loop/a",             to: { republish: "loop/b" } }
              - { from: "loop/b",             to: { republish: "loop/a" } }
              - { from: "nothing",            to: { function: missing } }
              - { from: "steady/n",           to: { function: steady, answer: "steady/doubled" } }
            """);
        _daemon = await DaemonProcess.StartAsync(_folder["data"], _folder["roost.yaml"]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_message_becomes_a_record_before_it_is_acknowledged()
    {
        var before = await StatusAsync("streams", "records");

        await Mosquitto.PublishAsync(_daemon.MqttPort, "robots/r1/telemetry", "{}");

        Assert.That(await StatusAsync("streams", "records"), Is.EqualTo(before + 1));
    }

    [Test]
    public async Task A_functions_result_goes_to_the_answer_topic()
    {
        await using var subscriber = await Mosquitto.SubscribeAsync(_daemon.MqttPort, "robots/+/doubled");

        await Mosquitto.PublishAsync(_daemon.MqttPort, "robots/r7/n", """{"n":21}""");

        await subscriber.ReceivesAsync("robots/r7/doubled 42");
    }

    [Test]
    public async Task A_message_is_published_again_under_another_topic()
    {
        await using var subscriber = await Mosquitto.SubscribeAsync(_daemon.MqttPort, "site/#");

        await Mosquitto.PublishAsync(_daemon.MqttPort, "robots/r2/alarm", "fire");

        await subscriber.ReceivesAsync("site/r2/alarm fire");
    }

    [Test]
    public async Task Routes_that_lead_to_each_other_end()
    {
        await using var subscriber = await Mosquitto.SubscribeAsync(_daemon.MqttPort, "loop/#");

        await Mosquitto.PublishAsync(_daemon.MqttPort, "loop/a", "x");
        await Mosquitto.PublishAsync(_daemon.MqttPort, "loop/end", "y"); // behind everything that the first one caused

        await subscriber.ReceivesAsync("loop/end y");
        Assert.That(subscriber.Received.Split('\n').Count(line => line is "loop/a x" or "loop/b x"), Is.EqualTo(3), "a, b by the first route, a by the second");
    }

    [Test]
    public async Task A_function_that_is_missing_is_reported_and_does_not_hold_up_its_publisher()
    {
        await Mosquitto.PublishAsync(_daemon.MqttPort, "nothing", "{}");

        Assert.That(await _daemon.Http.GetStringAsync("/healthz"), Does.Contain("There is no function missing"));
        Assert.That(await _daemon.Http.GetStringAsync("/metrics"), Does.Match("""roost_gateway_route_dropped_total\{route="5",from="nothing",to="function missing"\} [1-9]"""));
    }

    [Test]
    public async Task A_function_that_runs_on_with_the_version_before_still_gets_its_messages_and_its_route_is_well()
    {
        await File.AppendAllTextAsync(FileOf("steady"), "netwrk: full\n");
        await Eventually.IsTrueAsync(async () => (await _daemon.Http.GetStringAsync("/healthz")).Contains("1 of 2 run the version before, because of a fault"), "the fault to be told");

        await using var subscriber = await Mosquitto.SubscribeAsync(_daemon.MqttPort, "steady/doubled");
        await Mosquitto.PublishAsync(_daemon.MqttPort, "steady/n", """{"n":4}""");

        await subscriber.ReceivesAsync("steady/doubled 8");
        Assert.That(await _daemon.Http.GetStringAsync("/api/v1/routes"), Does.Contain("steady").And.Not.Contain("cannot run"));
        Assert.That(await StatusAsync("functions", "failed"), Is.Zero);
    }

    private string FileOf(string function) => Path.Combine(_folder["data"], "functions", function, "function.yaml");

    private async Task<long> StatusAsync(string section, string key)
    {
        using var status = JsonDocument.Parse(await _daemon.Http.GetStringAsync("/api/v1/status"));
        return status.RootElement.GetProperty(section).GetProperty(key).GetInt64();
    }
}
