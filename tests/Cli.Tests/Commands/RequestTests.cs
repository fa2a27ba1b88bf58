using System.Text;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Commands;

/// <summary>What goes over the wire for each command, and what is printed of the answer.</summary>
public sealed class RequestTests
{
    private const string Shadow =
        """{"state":{"desired":{"mode":"returning","map":{"rooms":["a","b"]}},"reported":{"mode":"cleaning","battery":80},"delta":{"mode":"returning"}},"metadata":{},"version":12,"timestamp":1767268800}""";

    [Test]
    public async Task Pub_sends_the_topic_as_one_segment_and_the_bytes_as_they_are()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"message":"OK"}""");

        var run = await RoostRun.AtAsync(daemon, "pub", "a/b %ü", "{\"x\": 1}", "--retain");

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((0, "", "")));
        Assert.That(daemon.Requests, Is.EqualTo(new[] { "POST /topics/a%2Fb%20%25%C3%BC?qos=1&retain=true {\"x\": 1}" }));
    }

    [TestCase("..", "%2E%2E")]
    [TestCase("a/../b", "a%2F..%2Fb")]
    public async Task A_topic_that_looks_like_a_path_arrives_as_it_was_written(string topic, string target)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        await RoostRun.AtAsync(daemon, "pub", topic, "x", "--qos", "0");

        Assert.That(daemon.Requests.Single(), Is.EqualTo($"POST /topics/{target}?qos=0&retain=false x"));
    }

    [TestCase("-", "from input")]
    [TestCase("@file.txt", "from file")]
    [TestCase("@@text", "@text")]
    [TestCase("", "")]
    [TestCase("-5", "-5")]
    public async Task Data_is_text_or_file_or_input(string argument, string sent)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["file.txt"], "from file");
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.RunAsync(["pub", "t", argument, "--socket", daemon.Socket], input: "from input", folder: folder.Path);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(daemon.Requests.Single(), Is.EqualTo($"POST /topics/t?qos=1&retain=false {sent}".TrimEnd()));
    }

    [Test]
    public async Task A_shadow_is_shown_as_a_table_of_its_properties()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Shadow);

        var run = await RoostRun.AtAsync(daemon, "shadow", "get", "vac-01", "--name", "map 1");

        Assert.That(daemon.Requests.Single(), Is.EqualTo("GET /things/vac-01/shadow?name=map%201"));
        Assert.That(run.Output, Is.EqualTo("""
            vac-01 version 12, as of 2026-01-01 12:00:00Z
            PROPERTY   DESIRED    REPORTED  DELTA
            battery               80
            map.rooms  ["a","b"]
            mode       returning  cleaning  returning

            """));
    }

    [Test]
    public async Task With_json_the_document_comes_as_the_daemon_gave_it()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Shadow);

        Assert.That((await RoostRun.AtAsync(daemon, "shadow", "get", "vac-01", "--json")).Output, Is.EqualTo(Shadow + "\n"));
    }

    [Test]
    public async Task An_update_posts_the_document()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"state":null,"version":13,"timestamp":1767268800}""");

        var run = await RoostRun.AtAsync(daemon, "shadow", "update", "vac-01", """{"state":null}""");

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(daemon.Requests.Single(), Is.EqualTo("POST /things/vac-01/shadow {\"state\":null}"));
    }

    [TestCase("{\"state\":\n {\"a\" 1}}", "roost: shadow of vac-01: Invalid JSON: line 2, byte 7\n")]
    [TestCase("{\"state\":1}", "roost: shadow of vac-01: Invalid JSON\n", Description = "what is JSON has no such place")]
    public async Task Of_data_that_are_no_JSON_the_place_is_told(string data, string told)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"code":400,"message":"Invalid JSON"}""", 400);

        Assert.That((await RoostRun.AtAsync(daemon, "shadow", "update", "vac-01", data)).Error, Is.EqualTo(told));
    }

    [Test]
    public async Task An_update_shows_what_was_accepted_which_has_no_delta()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"state":{"desired":{"mode":"dock"}},"version":13,"timestamp":1767268800}""");

        Assert.That((await RoostRun.AtAsync(daemon, "shadow", "update", "vac-01", "{}")).Output, Is.EqualTo("""
            vac-01 version 13, changed 2026-01-01 12:00:00Z
            PROPERTY  DESIRED  REPORTED
            mode      dock

            """));
    }

    [TestCase("""{"things":[]}""", "roost: there are no shadows\n", "list")]
    [TestCase("""{"things":[]}""", "roost: no shadow matches\n", "list", "--where", "thing=a")]
    [TestCase("""{"history":[]}""", "roost: the history has no change of the shadow cfg of vac-01\n", "history", "vac-01", "--name", "cfg")]
    [TestCase("""{"accepted":0,"refused":0,"results":[]}""", "roost: no shadow matches; nothing was changed\n", "update", "{}", "--where", "thing=a")]
    public async Task Nothing_found_is_said(string answer, string told, params string[] arguments)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(answer);

        var run = await RoostRun.AtAsync(daemon, ["shadow", .. arguments]);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, told)));
    }

    [Test]
    public async Task A_listing_goes_on_to_its_last_page()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, context.Request.Query.ContainsKey("nextToken")
            ? """{"things":[{"thing":"b","shadows":[{"name":"map","version":2,"updated":"2026-01-01T01:00:01.1234567+01:00"}]}]}"""
            : """{"things":[{"thing":"a","shadows":[{"name":null,"version":1,"updated":"2026-01-01T00:00:00+00:00"}]}],"nextToken":"YQ=="}"""));

        var run = await RoostRun.AtAsync(daemon, "shadow", "list");

        Assert.That(run.Output, Is.EqualTo("""
            THING  SHADOW  VERSION  UPDATED
            a              1        2026-01-01T00:00:00.000Z
            b      map     2        2026-01-01T00:00:01.123Z

            """));
        Assert.That(daemon.Requests.Last(), Does.Contain("nextToken=YQ%3D%3D"));
    }

    [Test]
    public async Task An_invocation_prints_the_result_and_on_request_the_log()
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            Assert.That(context.Request.Headers["X-Amz-Log-Type"].ToString(), Is.EqualTo("Tail"));
            context.Response.Headers["X-Amz-Log-Result"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("START\nEND\n"));
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "{\"ok\":true}");
        });

        var run = await RoostRun.AtAsync(daemon, "fn", "invoke", "on-bump", "{\"side\":\"left\"}", "--log");

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((0, "{\"ok\":true}\n", "START\nEND\n")));
        Assert.That(daemon.Requests.Single(), Is.EqualTo("POST /2015-03-31/functions/on-bump/invocations {\"side\":\"left\"}"));
    }

    [Test]
    public async Task A_function_that_fails_ends_with_1_and_its_error_object_on_the_output()
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            context.Response.Headers["X-Amz-Function-Error"] = "Unhandled";
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, """{"errorMessage":"boom","errorType":"ValueError"}""");
        });

        var run = await RoostRun.AtAsync(daemon, "fn", "invoke", "on-bump");
        var json = await RoostRun.AtAsync(daemon, "fn", "invoke", "on-bump", "--json");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Does.Contain("boom"));
        Assert.That(run.Error, Does.Contain("on-bump").And.Contain("Unhandled").And.Contain("fn logs"));
        Assert.That(json.Output, Does.Contain("\"functionError\":\"Unhandled\"").And.Contain("\"payload\":{\"errorMessage\":\"boom\""));
    }

    [Test]
    public async Task An_event_is_done_when_it_is_accepted()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("", 202);

        var run = await RoostRun.AtAsync(daemon, "fn", "invoke", "on-bump", "{}", "--event");

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((0, "", "")));
    }

    [Test]
    public async Task Functions_are_listed_with_what_is_wrong_with_them()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"functions":[{"name":"on-bump","state":"ready","faults":[],"notes":[],"runtime":"python3.11","workers":2,"busy":1,"queued":4,"retrying":2,"recentErrors":3},{"name":"bad","state":"failed","faults":["function.yaml:3: timeout","function.yaml:4: memory"],"notes":["odd"],"runtime":null,"workers":0,"busy":0,"queued":0,"retrying":0}]}""");

        Assert.That((await RoostRun.AtAsync(daemon, "fn", "list")).Output, Is.EqualTo("""
            FUNCTION  STATE   RUNTIME     WORKERS  BUSY  QUEUED  RETRYING  ERRORS  NOTE
            on-bump   ready   python3.11  2        1     4       2         3
            bad       failed              0        0     0       0                 function.yaml:3: timeout (+2: roost fn show bad)

            """));
    }

    [Test]
    public async Task Status_has_a_row_for_each_room_and_each_problem()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""
            {"version":"0.1.0","uptimeSeconds":61,"dataFolder":"/d","durability":"power-loss","isolation":"required","health":"degraded",
            "problems":["functions: bad failed"],"listeners":[{"protocol":"mqtt","address":"127.0.0.1:1883"}],
            "mqtt":{"clients":20,"queued":3},"things":2,"shadows":5,"functions":{"count":2,"failed":1},"streams":{"count":1,"records":7},
            "disk":{"device":"mmcblk0","kind":"sd-card","model":"SC32G","bytesPerDay":420000000,"daemonBytesPerDay":300000000,"life":{"days":3650,"isAssumed":true}},
            "uplink":{"state":"waiting","endpoint":"127.0.0.1:1884","lastError":"refused"},"routes":3}
            """);

        Assert.That((await RoostRun.AtAsync(daemon, "status")).Output, Is.EqualTo("""
            ROOM       HOW IT IS
            roostd     degraded, version 0.1.0, for 0:01:01, data in /d, acknowledged means kept through: power-loss
            mqtt       listens on 127.0.0.1:1883
            broker     20 clients, 3 queued
            shadows    5 shadows, 2 things
            functions  2 functions, 1 failed, isolation required
            streams    1 stream, 7 records
            disk       mmcblk0 (sd-card SC32G), 420.0 MB are written in a day, 300.0 MB of it by roostd; it bears that for 10 years (assumed: sd-card.endurance)
            routes     3
            cloud      waiting 127.0.0.1:1884, refused
            problem    functions: bad failed

            """));
    }

    [Test]
    public async Task Status_does_not_show_an_error_that_has_passed()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"uplink":{"state":"connected","endpoint":"127.0.0.1:1884","lastError":"refused"}}""");

        Assert.That((await RoostRun.AtAsync(daemon, "status")).Output, Does.Contain("connected 127.0.0.1:1884\n"));
    }
}
