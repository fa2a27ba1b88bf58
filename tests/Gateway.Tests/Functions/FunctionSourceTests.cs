using System.Net;
using System.Text.Json;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Functions;

/// <summary>What calls functions of the whole daemon: its streams, shadows, clients and web requests.</summary>
public sealed class FunctionSourceTests
{
    /// <summary>Each event and its client context, a line each, in a file that the test reads.</summary>
    private const string Noting = """
        import json, os
        def handler(event, context):
            custom = context.client_context.custom if context.client_context else {}
            with open(os.environ['NOTES'], 'a') as notes:
                notes.write(json.dumps({'event': event, 'custom': custom}) + '\n')
        """;

    private TemporaryFolder _folder = null!;
    private DaemonProcess? _daemon;

    [SetUp]
    public async Task WriteConfigurationAsync()
    {
        _folder = new TemporaryFolder();
        await File.WriteAllTextAsync(_folder["roost.yaml"], """
            functions: { isolation: none }
            streams: { telemetry: }
            routes: [ { from: "robots/+/telemetry", to: { stream: telemetry } } ]
            """);
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Test]
    public async Task Every_record_of_a_stream_reaches_its_function_in_order_over_kill_9()
    {
        await WriteFunctionAsync("streamed", "triggers: [ { stream: telemetry, batch: 5, from: oldest } ]");
        await StartAsync();
        await PublishAsync(0, 60);
        await Eventually.IsTrueAsync(() => Sequences().Count > 0, "the first batch");
        _daemon!.Signal(DaemonProcess.SigKill);
        await _daemon.ExitAsync();
        await _daemon.DisposeAsync();
        await StartAsync();
        await PublishAsync(60, 40);

        await Eventually.IsTrueAsync(() => Sequences().Distinct().Count() == 100, "all records");
        Assert.That(Sequences().Distinct(), Is.Ordered.Ascending, "each first comes in its turn");
        Assert.That(Sequences(), Has.Count.LessThanOrEqualTo(105), "only the batch under way came again");
    }

    [Test]
    public async Task A_function_is_called_with_the_deltas_of_the_things_it_asks_for()
    {
        await WriteFunctionAsync("mirror", "triggers: [ { shadow: vac-* } ]");
        await StartAsync();
        await UpdateShadowAsync("arm-01");
        await UpdateShadowAsync("vac-01");

        await Eventually.IsTrueAsync(() => Notes().Count == 1, "the delta");
        var note = Notes().Single();
        Assert.That(note.GetProperty("event").GetProperty("state").GetRawText(), Is.EqualTo("""{"mode": "clean"}"""));
        Assert.That(note.GetProperty("custom").GetProperty("thing").GetString(), Is.EqualTo("vac-01"));
    }

    [Test]
    public async Task A_function_is_called_when_clients_come_and_go()
    {
        await WriteFunctionAsync("watch", "triggers: [ { presence: robot-* } ]");
        await StartAsync();
        foreach (var client in new[] { "app", "robot-7" })
        {
            await Shell.RunAsync("mosquitto_pub", "-p", $"{_daemon!.MqttPort}", "-i", client, "-t", "hello", "-m", "x");
        }

        await Eventually.IsTrueAsync(() => Notes().Count == 2, "both events");
        Assert.That(Notes().Select(note => note.GetProperty("event").GetProperty("eventType").GetString()), Is.EquivalentTo(["connected", "disconnected"]));
        Assert.That(Notes().Select(note => note.GetProperty("custom").GetProperty("clientId").GetString()), Is.All.EqualTo("robot-7"));
    }

    [Test]
    public async Task A_page_of_another_site_asks_only_the_function_whose_owner_lets_it()
    {
        await WriteFunctionAsync("open", "url: { cors: { allow-origins: [ \"https://shop.example\" ] } }");
        await WriteFunctionAsync("closed", "url: true");
        await StartAsync();

        Assert.That(await AskAsync("/fn/open", "https://shop.example"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await AskAsync("/fn/open", "https://other.example"), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await AskAsync("/fn/closed", "https://shop.example"), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await AskAsync("/api/v1/functions", "https://shop.example"), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await AskAsync("/fn/../api/v1/functions", "https://shop.example"), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await AskAsync("/fn/open", "https://shop.example", host: "rebound.example"), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await AskAsync("/fn/closed", origin: null), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Notes(), Has.Count.EqualTo(2));
    }

    private async Task StartAsync() => _daemon = await DaemonProcess.StartAsync(_folder["data"], _folder["roost.yaml"]);

    private async Task WriteFunctionAsync(string name, string yaml)
    {
        var folder = Path.Combine(_folder["data"], "functions", name);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "function.yaml"), $"runtime: python3.x\nhandler: main.handler\nenvironment: {{ NOTES: \"{_folder["notes"]}\" }}\n{yaml}\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "main.py"), Noting);
    }

    private List<JsonElement> Notes() => !File.Exists(_folder["notes"])
        ? []
        : [.. File.ReadAllLines(_folder["notes"]).Where(line => line.EndsWith('}')).Select(line => JsonDocument.Parse(line).RootElement)];

    private List<int> Sequences() =>
        [.. Notes()
            .SelectMany(note => note.GetProperty("event").GetProperty("Records").EnumerateArray())
            .Select(record => JsonDocument.Parse(record.GetProperty("kinesis").GetProperty("data").GetBytesFromBase64()).RootElement.GetInt32())];

    private async Task PublishAsync(int first, int count)
    {
        var lines = _folder[$"from-{first}"];
        await File.WriteAllLinesAsync(lines, Enumerable.Range(first, count).Select(number => $"{number}"));
        await Shell.RunAsync("sh", "-c", $"mosquitto_pub -p {_daemon!.MqttPort} -q 1 -t robots/r1/telemetry -l < {lines}");
    }

    private async Task UpdateShadowAsync(string thing)
    {
        using var body = new StringContent("""{"state":{"desired":{"mode":"clean"},"reported":{"mode":"idle"}}}""");
        (await _daemon!.Http.PostAsync($"/things/{thing}/shadow", body)).EnsureSuccessStatusCode();
    }

    private async Task<HttpStatusCode> AskAsync(string path, string? origin, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Sec-Fetch-Site", "cross-site");
        }

        request.Headers.Host = host;
        return (await _daemon!.Http.SendAsync(request)).StatusCode;
    }
}
