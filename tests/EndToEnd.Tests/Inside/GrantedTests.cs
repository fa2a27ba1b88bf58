using System.Text.Json;

namespace Roost.EndToEnd.Tests.Inside;

/// <summary>What a function's grants allow, it does through its endpoint, from a sandbox without network; and nothing else.</summary>
public sealed class GrantedTests
{
    private InsideDaemon _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _daemon = new InsideDaemon();
        _daemon.Prober("prober", """
            grants:
              - { publish: "site/alarms/#" }
              - { publish: "site/state", retain: true }
              - { retained: "site/#" }
              - { shadow: "vac-*", names: [classic, cfg], allow: [get, update, list] }
              - { stream: telemetry, allow: [append, read] }
              - { invoke: echo }
            """);
        _daemon.Prober("stranger", "grants: [ { publish: \"elsewhere\" } ]");
        _daemon.Prober("plain", "");
        _daemon.Python("echo", "", "def handler(event, context):\n    return event\n");
        await _daemon.StartAsync("streams: { telemetry: {} }");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _daemon.DisposeAsync();

    [Test]
    public async Task A_shadow_is_updated_and_the_history_names_the_function()
    {
        var updated = await _daemon.AskAsync("prober", "POST /things/vac-1/shadow?name=cfg", """{"state":{"desired":{"mode":"dock"}}}""");
        var got = await _daemon.AskAsync("prober", "GET /things/vac-1/shadow?name=cfg");
        var listed = await _daemon.AskAsync("prober", "GET /api/things/shadow/ListNamedShadowsForThing/vac-1");
        var history = await _daemon.GetAsync("/api/v1/things/vac-1/shadow/history?name=cfg");

        Assert.That(updated, Does.StartWith("HTTP/1.1 200 OK"));
        Assert.That(got, Does.Contain("\"desired\":{\"mode\":\"dock\"}"));
        Assert.That(listed, Does.Contain("\"results\":[\"cfg\"]"));
        Assert.That(history, Does.Contain("\"function\"").And.Contain("\"prober\""));
    }

    [Test]
    public async Task A_shadows_request_topic_is_another_way_to_the_same_right()
    {
        var granted = await _daemon.AskAsync("prober", "POST /topics/%24aws%2Fthings%2Fvac-2%2Fshadow%2Fupdate?qos=1", """{"state":{"reported":{"battery":80}}}""");
        var denied = await _daemon.AskAsync("prober", "POST /topics/%24aws%2Fthings%2Farm-2%2Fshadow%2Fupdate?qos=1", """{"state":{}}""");
        var history = await _daemon.GetAsync("/api/v1/things/vac-2/shadow/history");

        Assert.That(granted, Does.StartWith("HTTP/1.1 200 OK"));
        Assert.That(history, Does.Contain("\"function\"").And.Contain("\"prober\""));
        Assert.That(denied, Does.StartWith("HTTP/1.1 403").And.Contain("x-amzn-ErrorType: ForbiddenException").And.Contain("update the classic shadow of arm-2"));
    }

    [Test]
    public async Task Retained_messages_are_listed_as_far_as_they_are_granted()
    {
        await _daemon.PublishAsync("secret/plan", "x", "retain=true");
        Assert.That(await _daemon.AskAsync("prober", "POST /topics/site%2Fstate?retain=true", "awake"), Does.StartWith("HTTP/1.1 200 OK"));

        Assert.That(await _daemon.AskAsync("prober", "GET /retainedMessage"), Does.StartWith("HTTP/1.1 200 OK").And.Contain("site/state").And.Not.Contain("secret/plan"));
        Assert.That(await _daemon.AskAsync("prober", "GET /retainedMessage/site%2Fstate"), Does.Contain("\"payload\":\"YXdha2U=\""));
        Assert.That(await _daemon.AskAsync("prober", "GET /retainedMessage/secret%2Fplan"), Does.StartWith("HTTP/1.1 403").And.Contain("{ retained: "));
        Assert.That(await _daemon.AskAsync("prober", "POST /topics/site%2Falarms%2Ffire?retain=true", "x"), Does.StartWith("HTTP/1.1 403").And.Contain("retain: true"));
    }

    [Test]
    public async Task A_stream_is_appended_to_and_read()
    {
        var appended = await _daemon.AskAsync("prober", "POST /api/v1/streams/telemetry/records?key=vac-1", "42", "Content-Type: text/plain\r\n");
        var read = await _daemon.AskAsync("prober", "GET /api/v1/streams/telemetry/records");

        Assert.That(appended, Does.StartWith("HTTP/1.1 200 OK").And.Contain("\"firstOffset\":"));
        Assert.That(read, Does.Contain("vac-1"));
        Assert.That(await _daemon.AskAsync("prober", "GET /api/v1/streams/%24shadows/records"), Does.StartWith("HTTP/1.1 403").And.Contain("AccessDeniedException"));
    }

    [Test]
    public async Task Another_function_is_invoked()
    {
        var answer = await _daemon.AskAsync("prober", "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Alocal%3A000000000000%3Afunction%3Aecho/invocations", "{\"n\":1}");

        Assert.That(answer, Does.StartWith("HTTP/1.1 200 OK").And.Contain("X-Amz-Executed-Version: $LATEST").And.EndWith("{\"n\": 1}"));
        Assert.That(await _daemon.AskAsync("prober", "POST /2015-03-31/functions/stranger/invocations", "{}"), Does.StartWith("HTTP/1.1 403").And.Contain("AccessDeniedException"));
    }

    [Test]
    public async Task The_rights_of_another_function_are_of_no_use()
    {
        var theirs = await _daemon.InvokeAsync("prober", new { variables = true });

        var answer = await _daemon.AskAsync("stranger", "POST /topics/site%2Falarms%2Ffire", "x",
            $"X-Amz-Security-Token: {theirs.GetProperty("AWS_SESSION_TOKEN").GetString()}\r\nAuthorization: AWS4-HMAC-SHA256 Credential={theirs.GetProperty("AWS_ACCESS_KEY_ID").GetString()}/20261121/local/iotdata/aws4_request\r\n");

        Assert.That(answer, Does.StartWith("HTTP/1.1 403").And.Contain("Function stranger may not publish on site/alarms/fire"));
    }

    [Test]
    public async Task Without_grants_there_is_no_endpoint_at_all()
    {
        var variables = await _daemon.InvokeAsync("plain", new { variables = true });

        Assert.That(variables.EnumerateObject().Select(one => one.Name), Has.None.Contains("ENDPOINT").And.None.Contains("ACCESS_KEY"));
    }

    [Test]
    public async Task The_endpoint_is_also_a_unix_socket()
    {
        var answer = await _daemon.InvokeAsync("prober", new { unix = true, send = "GET /things/vac-9/shadow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" });

        Assert.That(answer.GetString(), Does.StartWith("HTTP/1.1 404").And.Contain("ResourceNotFoundException"));
    }
}
