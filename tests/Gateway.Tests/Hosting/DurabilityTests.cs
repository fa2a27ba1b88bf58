using System.Text.Json;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Hosting;

/// <summary>Acknowledged means kept: through the whole daemon, by real clients, over kill -9.</summary>
public sealed class DurabilityTests
{
    [Test]
    public async Task Shadow_stream_and_session_survive_kill_9()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["roost.yaml"], "streams: { telemetry: }\nroutes: [ { from: t, to: { stream: telemetry } } ]");
        await using (var killed = await DaemonProcess.StartAsync(folder["data"], folder["roost.yaml"]))
        {
            var (joined, output) = await Shell.RunAsync("mosquitto_sub", "-p", $"{killed.MqttPort}", "-i", "away", "-c", "-q", "1", "-t", "for/away", "-E");
            Assert.That(joined, Is.Zero, output);
            await Mosquitto.PublishAsync(killed.MqttPort, "t", "record");
            await Mosquitto.PublishAsync(killed.MqttPort, "for/away", "kept");
            using var accepted = await killed.Http.PostAsync("/things/r1/shadow", new StringContent("""{"state":{"reported":{"a":1}}}"""));
            Assert.That(accepted.IsSuccessStatusCode, Is.True);
            killed.Signal(DaemonProcess.SigKill);
            await killed.ExitAsync();
        }

        await using var again = await DaemonProcess.StartAsync(folder["data"], folder["roost.yaml"]);
        using var status = JsonDocument.Parse(await again.Http.GetStringAsync("/api/v1/status"));
        var (received, message) = await Shell.RunAsync("mosquitto_sub", "-p", $"{again.MqttPort}", "-i", "away", "-c", "-q", "1", "-t", "for/away", "-C", "1", "-W", "10");

        Assert.That(await again.Http.GetStringAsync("/things/r1/shadow"), Does.Contain("\"reported\":{\"a\":1}"));
        Assert.That(status.RootElement.GetProperty("streams").GetProperty("records").GetInt64(), Is.EqualTo(1));
        Assert.That((received, message.Trim()), Is.EqualTo((0, "kept")));
    }
}
