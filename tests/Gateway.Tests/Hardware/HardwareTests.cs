using System.Net;
using System.Text;
using System.Text.Json;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Hardware;

/// <summary>Lines of the simulated chip in a whole daemon, beside one line that this machine does not have.</summary>
public sealed class HardwareTests
{
    private const string Configuration = """
        hardware:
          gpio:
            - { thing: door, property: open, chip: simulated, line: GPIO17, pull: up, active: low, topic: robots/door/edge, min-interval: 0 }
            - { thing: lamp, property: on, chip: simulated, line: 27, direction: out, initial: on, at-exit: off }
            - { thing: fan, property: speed, chip: simulated, line: 18, pwm: { frequency: 20Hz }, at-exit: 0 }
            - { thing: gate, property: open, chip: gpiochip77, line: 3 }
        routes: [ { from: robots/door/edge, to: { stream: edges } } ]
        streams: { edges: }
        """;

    private TemporaryFolder _folder = null!;
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        await File.WriteAllTextAsync(_folder["roost.yaml"], Configuration);
        _daemon = await DaemonProcess.StartAsync(_folder["data"], _folder["roost.yaml"]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task An_edge_reaches_the_shadow_and_a_route()
    {
        await ReportsAsync("door", "open", "false"); // pulled up, and low is true

        Assert.That(await PutAsync("/api/v1/hardware/simulated/GPIO17?level=low"), Is.EqualTo((HttpStatusCode.OK, "{}\n")));
        await ReportsAsync("door", "open", "true");
        await PutAsync("/api/v1/hardware/simulated/17?level=open");
        await ReportsAsync("door", "open", "false");

        await Eventually.IsTrueAsync(async () => (await GetAsync("/api/v1/streams/edges")).GetProperty("records").GetInt64() == 2, "two records of edges");
    }

    [Test]
    public async Task Desired_state_drives_an_output()
    {
        await ReportsAsync("lamp", "on", "true");
        await DesireAsync("lamp", """{"on":false}""");
        await ReportsAsync("lamp", "on", "false");
        await DesireAsync("fan", """{"speed":0.25}""");
        await ReportsAsync("fan", "speed", "0.25");
        await DesireAsync("fan", """{"speed":1.5}""");
        await ReportsAsync("fan", "errors", """{"speed":"write a number from 0 to 1"}""");
    }

    [Test]
    public async Task A_chip_that_is_not_there_is_told_everywhere_and_the_rest_works()
    {
        await Eventually.IsTrueAsync(async () => (await PointAsync("gate")).GetProperty("fault").GetString() is not null, "the fault");
        var fault = (await PointAsync("gate")).GetProperty("fault").GetString()!;
        Assert.That(fault, Does.StartWith("there is no chip gpiochip77"));
        Assert.That(await _daemon.Http.GetStringAsync("/healthz"), Does.Contain("gpiochip77"));
        Assert.That(await _daemon.Http.GetStringAsync("/api/v1/doctor"), Does.Contain("gpiochip77"));
        Assert.That((await GetAsync("/api/v1/status")).GetProperty("problems").EnumerateArray().Select(static problem => problem.GetString()), Has.Some.StartsWith("hardware: gate.open (gpiochip77 line 3)"));
        Assert.That((await PointAsync("gate")).GetProperty("value").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task Lines_are_listed_with_their_points()
    {
        await ReportsAsync("door", "open", "false");
        var chip = (await GetAsync("/api/v1/hardware")).GetProperty("chips").EnumerateArray().Single(static chip => chip.GetProperty("name").GetString() == "simulated");
        var line = chip.GetProperty("lines")[17];

        Assert.That(line.GetRawText(), Is.EqualTo("""{"offset":17,"name":"GPIO17","used":true,"consumer":"roost","direction":"in","active":"low","pull":"up","drive":"push-pull","point":"door.open"}"""));
        Assert.That(chip.GetProperty("lines").GetArrayLength(), Is.EqualTo(64));
    }

    [TestCase("/api/v1/hardware/simulated/17", 400, "level is none of high, low and open; add ?level=high to the path.")]
    [TestCase("/api/v1/hardware/simulated/17?level=5V", 400, "level is none of high, low and open; add ?level=high to the path.")]
    [TestCase("/api/v1/hardware/simulated/GPIO64?level=high", 409, "simulated has no line GPIO64: it has GPIO0 to GPIO63.")]
    [TestCase("/api/v1/hardware/simulated/-1?level=high", 409, "simulated has no line -1: it has GPIO0 to GPIO63.")]
    [TestCase("/api/v1/hardware/simulated/27?level=high", 409, "simulated line 27 is an output; its thing's shadow drives it.")]
    public async Task What_cannot_be_simulated_is_refused(string path, int status, string message)
    {
        await Eventually.IsTrueAsync(async () => (await PointAsync("lamp")).GetProperty("value").ValueKind != JsonValueKind.Null, "the line to be taken");

        Assert.That(await PutAsync(path), Is.EqualTo(((HttpStatusCode)status, "{\"message\":\"" + message + "\"}\n")));
    }

    private async Task<JsonElement> PointAsync(string thing) =>
        (await GetAsync("/api/v1/hardware")).GetProperty("points").EnumerateArray().Single(point => point.GetProperty("thing").GetString() == thing);

    private Task ReportsAsync(string thing, string property, string json) => Eventually.IsTrueAsync(
        async () =>
        {
            using var answer = await _daemon.Http.GetAsync($"/things/{thing}/shadow");
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return false;
            }

            using var shadow = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return shadow.RootElement.GetProperty("state").TryGetProperty("reported", out var reported) && reported.TryGetProperty(property, out var value) && value.GetRawText() == json;
        },
        $"{thing}.{property} to be {json}");

    private async Task DesireAsync(string thing, string desired)
    {
        using var answer = await _daemon.Http.PostAsync($"/things/{thing}/shadow", new StringContent("{\"state\":{\"desired\":" + desired + "}}", Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
    }

    private async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await _daemon.Http.GetStringAsync(path)).RootElement.Clone();

    private async Task<(HttpStatusCode Status, string Body)> PutAsync(string path)
    {
        using var answer = await _daemon.Http.PutAsync(path, null);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
