using System.Net;
using System.Text.Json;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Retained;

public sealed class RetainedTests
{
    private TemporaryFolder _folder = null!;
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _daemon = await DaemonProcess.StartAsync(_folder["data"]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [TearDown]
    public Task ClearAsync() => DeleteAsync("/api/v1/retained?filter=%23");

    [Test]
    public async Task They_are_listed_by_filter_in_pages_and_shown()
    {
        foreach (var topic in new[] { "robots/1/state", "robots/2/state", "robots/3/state", "site" })
        {
            await RetainAsync(topic, "docked");
        }

        var first = await GetAsync("/api/v1/retained?filter=robots%2F%2B%2Fstate&maxResults=2");
        var rest = await GetAsync($"/api/v1/retained?filter=robots%2F%2B%2Fstate&maxResults=2&nextToken={first.GetProperty("nextToken").GetString()}");
        var shown = await GetAsync("/api/v1/retained/robots/1/state");

        Assert.That(Topics(first, "retained"), Is.EqualTo(new[] { "robots/1/state", "robots/2/state" }));
        Assert.That(Topics(rest, "retained"), Is.EqualTo(new[] { "robots/3/state" }));
        Assert.That(shown.GetProperty("payload").GetString(), Is.EqualTo("docked"));
        Assert.That(shown.GetProperty("bytes").GetInt32(), Is.EqualTo(6));
        Assert.That(shown.GetProperty("qos").GetInt32(), Is.EqualTo(1));
        Assert.That(shown.GetProperty("retainedAt").GetDateTime(), Is.EqualTo(TimeProvider.System.GetUtcNow().UtcDateTime).Within(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task What_was_cleared_stays_away_after_a_kill()
    {
        foreach (var topic in new[] { "a/1", "a/2", "b c/%", "d" })
        {
            await RetainAsync(topic, "x");
        }

        Assert.That(await DeleteAsync("/api/v1/retained/b%20c%2F%25"), Is.EqualTo((HttpStatusCode.NoContent, "")));
        Assert.That(await DeleteAsync("/api/v1/retained?filter=a%2F%23"), Is.EqualTo((HttpStatusCode.OK, "{\"removed\":2}\n")));
        _daemon.Signal(DaemonProcess.SigKill);
        await _daemon.ExitAsync();
        await _daemon.DisposeAsync();
        _daemon = await DaemonProcess.StartAsync(_folder["data"]);

        Assert.That(Topics(await GetAsync("/api/v1/retained"), "retained"), Is.EqualTo(new[] { "d" }));
    }

    [TestCase("/api/v1/retained", HttpStatusCode.BadRequest, "filter is missing")]
    [TestCase("/api/v1/retained?filter=a%2F%23%2Fb", HttpStatusCode.BadRequest, "is not a topic filter")]
    [TestCase("/api/v1/retained/%23", HttpStatusCode.BadRequest, "no topic name")]
    [TestCase("/api/v1/retained/none", HttpStatusCode.NotFound, "There is no retained message on none.")]
    public async Task A_clearing_that_is_not_meant_so_is_refused(string path, HttpStatusCode status, string message)
    {
        var (code, text) = await DeleteAsync(path);

        Assert.That(code, Is.EqualTo(status));
        Assert.That(text, Does.Contain(message));
    }

    [Test]
    public async Task A_payload_that_is_no_text_is_base64()
    {
        using var content = new ByteArrayContent([0xFF, 0x00]);
        (await _daemon.Http.PostAsync("/topics/bytes?qos=1&retain=true", content)).Dispose();

        Assert.That((await GetAsync("/api/v1/retained/bytes")).GetProperty("payloadBase64").GetString(), Is.EqualTo("/wA="));
    }

    [Test]
    public async Task A_retained_message_that_is_missing_is_refused_in_the_form_of_aws()
    {
        using var response = await _daemon.Http.GetAsync("/retainedMessage/none");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(response.Headers.GetValues("x-amzn-ErrorType"), Is.EqualTo(new[] { "ResourceNotFoundException" }));
    }

    /// <summary>Everything by AWS's own client: publishes, gets, lists in pages, misses.</summary>
    [Test]
    public async Task The_AWS_SDK_gets_and_lists_them()
    {
        const string Script = """
            import base64, json, sys, time
            import boto3
            iot = boto3.client("iot-data", endpoint_url=sys.argv[1], region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="y")
            before = int(time.time() * 1000)
            for n in range(5):
                iot.publish(topic=f"fleet/{n} $%/state", qos=1, retain=True, payload=b"\x00docked", userProperties=[{"site": "17"}, {"site": "18"}])
            got = iot.get_retained_message(topic="fleet/3 $%/state")
            assert got["topic"] == "fleet/3 $%/state" and got["payload"] == b"\x00docked" and got["qos"] == 1, got
            assert before <= got["lastModifiedTime"] <= int(time.time() * 1000) + 1, got
            assert json.loads(got["userProperties"]) == [{"site": "17"}, {"site": "18"}], got
            pages = [p["retainedTopics"] for p in iot.get_paginator("list_retained_messages").paginate(PaginationConfig={"PageSize": 2})]
            assert [len(p) for p in pages] == [2, 2, 1], pages
            assert [t["topic"] for p in pages for t in p] == [f"fleet/{n} $%/state" for n in range(5)], pages
            assert all(t["payloadSize"] == 7 and t["qos"] == 1 and t["lastModifiedTime"] >= before for p in pages for t in p), pages
            try:
                iot.get_retained_message(topic="none")
                raise SystemExit("no error")
            except iot.exceptions.ResourceNotFoundException:
                print("done")
            """;
        var (missing, _) = await Shell.RunAsync("python3", ["-c", "import boto3"]);
        if (missing != 0)
        {
            Assert.Ignore("boto3 is missing: apt-get install python3-boto3");
        }

        var (code, output) = await Shell.RunAsync("python3", ["-c", Script, $"http://127.0.0.1:{_daemon.HttpPort}"]);

        Assert.That((code, output.Trim()), Is.EqualTo((0, "done")), output);
    }

    private Task RetainAsync(string topic, string payload) => Mosquitto.PublishAsync(_daemon.MqttPort, topic, payload, "-r");

    private async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await _daemon.Http.GetStringAsync(path)).RootElement;

    private async Task<(HttpStatusCode Status, string Text)> DeleteAsync(string path)
    {
        using var response = await _daemon.Http.DeleteAsync(path);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static List<string> Topics(JsonElement page, string list) => [.. page.GetProperty(list).EnumerateArray().Select(static item => item.GetProperty("topic").GetString()!)];
}
