using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Commands;

public sealed class FunctionTests
{
    [TestCase("/api/v1/functions/f/logs?last=20", "f")]
    [TestCase("/api/v1/functions/f/logs?last=3", "f", "-n", "3")]
    [TestCase("/api/v1/functions/f/logs", "f", "--all")]
    [TestCase("/api/v1/functions/f/logs?since=2026-11-21T12:00:00.000Z", "f", "--since", "2026-11-21T12:00:00Z")]
    [TestCase("/api/v1/functions/f/logs?last=3&since=2026-11-21T12:00:00.000Z&errors=true", "f", "--since", "2026-11-21T12:00:00Z", "-n", "3", "--errors")]
    [TestCase("/api/v1/functions/f/logs?request=a%26b", "f", "--request", "a&b")]
    [TestCase("/api/v1/function-logs?last=20")]
    public async Task Logs_asks_for_the_lines_that_are_wanted(string asked, params string[] arguments)
    {
        string? path = null;
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            return context.Response.WriteAsync(Line(1) + Line(2));
        });

        var run = await RoostRun.AtAsync(daemon, ["fn", "logs", .. arguments]);

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((0, Line(1) + Line(2), "")));
        Assert.That(path, Is.EqualTo(asked));
    }

    [Test]
    public async Task An_age_counts_back_from_now()
    {
        string? since = null;
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            since = context.Request.Query["since"];
            return context.Response.WriteAsync("");
        });
        var before = TimeProvider.System.GetUtcNow();

        await RoostRun.AtAsync(daemon, "fn", "logs", "f", "--since", "10m");

        Assert.That(DateTimeOffset.Parse(since!, CultureInfo.InvariantCulture), Is.InRange(before.AddMinutes(-10).AddSeconds(-1), TimeProvider.System.GetUtcNow().AddMinutes(-10)));
    }

    [TestCase("10")]
    [TestCase("m")]
    [TestCase("yesterday")]
    [TestCase("99999d")]
    public async Task An_age_that_is_none_is_refused(string since)
    {
        var run = await RoostRun.RunAsync(["fn", "logs", "f", "--since", since]);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain($"--since is an age like 90s, 10m, 2h or 7d, or a time like 2026-11-21T12:00:00Z, not '{since}'."));
    }

    [Test]
    public async Task Following_ends_with_the_daemon()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync(Line(1)));

        var run = await RoostRun.AtAsync(daemon, "fn", "logs", "f", "-f");

        Assert.That(run.Output, Is.EqualTo(Line(1)));
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, "roost: logs of f: the daemon ended the connection; it may be stopping. 'roost status' tells\n")));
    }

    [Test]
    public async Task A_tab_is_a_space_on_a_terminal()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync("T REPORT\tDuration\u001b[2J\n"));

        var person = await RoostRun.RunAsync(["fn", "logs", "f", "--socket", daemon.Socket], interactive: true);
        var pipe = await RoostRun.AtAsync(daemon, "fn", "logs", "f");

        Assert.That(person.Output, Is.EqualTo("T REPORT Duration\uFFFD[2J\n"));
        Assert.That(pipe.Output, Is.EqualTo("T REPORT\tDuration\u001b[2J\n"));
    }

    [TestCase("""{"functions":[{"name":"battery-watch"},{"name":"on-bump"}]}""", "There are: battery-watch, on-bump", "invoke")]
    [TestCase("""{"functions":[{"name":"battery-watch"},{"name":"on-bump"}]}""", "There are: battery-watch, on-bump", "logs")]
    [TestCase("""{"functions":[]}""", "There are none", "invoke")]
    public async Task A_name_that_is_not_there_is_answered_with_those_that_are(string functions, string expected, string command)
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            var isList = context.Request.Path == "/api/v1/functions";
            context.Response.StatusCode = isList ? 200 : 404;
            return context.Response.WriteAsync(isList ? functions : """{"Message":"Function not found: arn"}""");
        });

        var run = await RoostRun.AtAsync(daemon, "fn", command, "onbump");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error.TrimEnd(), Does.EndWith($": there is no function 'onbump'. {expected}").And.Not.Contain("\n"));
    }

    [TestCase("application/octet-stream")]
    [TestCase("image/png")]
    public async Task A_binary_function_gets_and_gives_bytes_as_they_are(string contentType)
    {
        byte[] sent = [0, 0xFF, (byte)'x'], result = [0xFF, 0xFE, 0];
        byte[]? got = null;
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            got = ((MemoryStream)context.Request.Body).ToArray();
            context.Response.ContentType = contentType;
            await context.Response.Body.WriteAsync(result);
        });
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["event"], sent);

        var pipe = await RoostRun.RunAsync(["fn", "invoke", "f", "@event", "--socket", daemon.Socket], folder: folder.Path);
        var json = await RoostRun.RunAsync(["fn", "invoke", "f", "@event", "--json", "--socket", daemon.Socket], folder: folder.Path);
        var person = await RoostRun.RunAsync(["fn", "invoke", "f", "@event", "--socket", daemon.Socket], folder: folder.Path, interactive: true);

        Assert.That(got, Is.EqualTo(sent));
        Assert.That((pipe.ExitCode, pipe.Output, pipe.Error), Is.EqualTo((0, "", "")));
        Assert.That(pipe.Bytes, Is.EqualTo(result));
        Assert.That((json.ExitCode, json.Output), Is.EqualTo((0, "{\"statusCode\":200,\"requestId\":null,\"functionError\":null,\"payloadBase64\":\"//4A\"}\n")));
        Assert.That(person.Output, Is.EqualTo("base64://4A\n"));
    }

    [TestCase("DELETE /2015-03-31/functions/f", "", "delete", "f")]
    [TestCase("POST /2015-03-31/functions/f/versions", """{"Description":"new"}""", "publish", "f", "--description", "new")]
    [TestCase("PUT /2015-03-31/functions/f/aliases/live", """{"FunctionVersion":"3","RoutingConfig":{"AdditionalVersionWeights":{"4":0.1}}}""", "alias", "set", "f", "live", "3", "--weight", "4=0.1")]
    [TestCase("POST /2015-03-31/functions/f/invocations?Qualifier=live", "{}", "invoke", "f", "--qualifier", "live")]
    public async Task Changes_go_over_the_paths_of_Lambda(string asked, string sent, params string[] arguments)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"Version":"7","AliasArn":"arn"}""");

        var run = await RoostRun.AtAsync(daemon, ["fn", .. arguments]);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(daemon.Requests.Single(), Is.EqualTo($"{asked} {sent}".TrimEnd()));
    }

    [Test]
    public async Task An_alias_that_is_not_there_is_made()
    {
        var methods = new List<string>();
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            methods.Add(context.Request.Method);
            context.Response.StatusCode = context.Request.Method == "PUT" ? 404 : 201;
            return context.Response.WriteAsync("""{"AliasArn":"arn:live","Message":"no such alias"}""");
        });

        var run = await RoostRun.AtAsync(daemon, "fn", "alias", "set", "f", "live", "3");

        Assert.That((run.ExitCode, run.Output, methods), Is.EqualTo((0, "arn:live\n", new List<string> { "PUT", "POST" })));
    }

    [TestCase("/2015-03-31/functions/f?Qualifier=3", "delete", "f", "--version", "3")]
    [TestCase("/2015-03-31/functions/f/aliases/live", "alias", "delete", "f", "live")]
    public async Task What_is_deleted_has_to_be_there(string path, params string[] arguments)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");
        await using var without = await FakeDaemon.AnsweringAsync("""{"Message":"not there"}""", 404);

        Assert.That((await RoostRun.AtAsync(daemon, ["fn", .. arguments])).ExitCode, Is.Zero);
        Assert.That((await RoostRun.AtAsync(without, ["fn", .. arguments])).ExitCode, Is.EqualTo(1));
        Assert.That(daemon.Requests, Is.EqualTo(new[] { $"GET {path}", $"DELETE {path}" }));
        Assert.That(without.Requests, Has.None.StartsWith("DELETE"));
    }

    [TestCase("celsius has no version or alias '7'. There are: $LATEST, 1, 2, live", "invoke", "celsius", "--qualifier", "7")]
    [TestCase("celsius has no version or alias '7'. There are: $LATEST, 1, 2, live", "invoke", "celsius:7")]
    [TestCase("celsius has no version or alias '7'. There are: $LATEST, 1, 2, live", "invoke", "arn:aws:lambda:local:000000000000:function:celsius:7")]
    [TestCase("celsius has no version or alias '7'. There are: $LATEST, 1, 2, live", "delete", "celsius", "--version", "7")]
    [TestCase("celsius has no version 'live'. There are: $LATEST, 1, 2", "alias", "set", "celsius", "new", "live")]
    [TestCase("celsius has no version '9'. There are: $LATEST, 1, 2", "alias", "set", "celsius", "new", "1", "--weight", "9=0.1")]
    public async Task A_version_or_alias_that_is_not_there_is_answered_with_those_that_are(string expected, params string[] arguments)
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            var path = context.Request.Path.Value!;
            context.Response.StatusCode = path.StartsWith("/api/v1/", StringComparison.Ordinal) ? 200 : 404;
            return context.Response.WriteAsync(path switch
            {
                "/api/v1/functions" => """{"functions":[{"name":"celsius"}]}""",
                "/api/v1/functions/celsius" => """{"versions":["1","2"],"aliases":[{"name":"live","version":"1"}]}""",
                _ => """{"Message":"Function not found: arn"}""",
            });
        });

        var run = await RoostRun.AtAsync(daemon, ["fn", .. arguments]);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error.TrimEnd(), Does.EndWith(expected).And.Not.Contain("\n"));
    }

    [Test]
    public async Task Versions_are_listed_over_all_pages_with_what_each_serves()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync(
            context.Request.Path == "/api/v1/functions/f"
                ? """{"rollout":{"state":"in-progress","stable":{"version":"1","share":0.9},"canary":{"version":"2","share":0.1}}}"""
            : context.Request.Query["Marker"] == "a&b"
                ? """{"Versions":[{"Version":"2","LastModified":"2026-11-21T21:34:59.908+0000","CodeSize":5,"CodeSha256":"yV5oXZ1Yk9z8S0aGSq3m","Description":"second"}]}"""
                : """{"Versions":[{"Version":"1","LastModified":"2026-11-21T20:00:00.000+0000","CodeSize":4,"CodeSha256":"x","Description":""}],"NextMarker":"a&b"}"""));

        var run = await RoostRun.AtAsync(daemon, "fn", "versions", "f");

        Assert.That(run.Output, Is.EqualTo("""
            VERSION  CALLS  MODIFIED                  SIZE  CODE          DESCRIPTION
            1        90%    2026-11-21T20:00:00.000Z  4     x
            2        10%    2026-11-21T21:34:59.908Z  5     yV5oXZ1Yk9z8  second

            """));
    }

    [Test]
    public async Task Faults_are_a_line_each_without_the_folder()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"Message":"Function f cannot run: all of it","faults":["/data/functions/f/function.yaml, line 2: runtime is 'x'; use y","/data/functions/f/function.yaml, line 3: timeout is '9'; use 9s"]}""", 502);

        Assert.That((await RoostRun.AtAsync(daemon, "fn", "invoke", "f")).Error, Is.EqualTo("""
            roost: invoke f: 2 faults
              function.yaml, line 2: runtime is 'x'; use y
              function.yaml, line 3: timeout is '9'; use 9s

            """));
    }

    [Test]
    public async Task In_a_window_notes_stand_below_the_figures()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"functions":[{"name":"f","state":"failed","faults":["/data/functions/f/function.yaml, line 2: runtime is 'x'; use y"]},{"name":"g","state":"ready","deadLetters":3}]}""");

        var lines = (await RoostRun.RunAsync(["fn", "list", "--socket", daemon.Socket], interactive: true, environment: new Dictionary<string, string> { ["NO_COLOR"] = "1" })).Output.Split('\n').Select(line => line.TrimEnd()).ToList();

        Assert.That(lines[0], Does.StartWith("FUNCTION").And.EndWith("ERRORS"));
        Assert.That(lines, Has.One.StartsWith("f         function.yaml, line 2: ").And.One.EqualTo("g         3 dead letters: roost fn dlq list g"));
    }

    [Test]
    public async Task Show_tells_what_it_may_do_and_why_it_stands_still()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """
            {"name":"f","timeout":"00:00:03","maxConcurrency":4,"pinned":0,"reservedConcurrency":0,"encoding":"json","deadLetters":2,
             "grants":[{"shadow":"vac-*","allow":["get","update"]}],"async":{"retries":1,"maxAgeSeconds":600,"onSuccess":null,"onFailure":"arn:x"}}
            """);

        Assert.That((await RoostRun.AtAsync(daemon, "fn", "show", "f")).Output, Is.EqualTo("""
            WHAT                  HOW IT IS
            name                  f
            timeout               3s
            concurrency           at most 4, pinned 0
            reserved concurrency  0: nothing runs
            grant                 shadow vac-*, allow get update
            async                 1 retry, for at most 10m; on failure arn:x
            dead letters          2; 'roost fn dlq list f' shows them

            """));
    }

    [Test]
    public async Task Show_tells_the_last_errors()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"name":"f","state":"ready","memoryBytes":134217728,"workers":1,"busy":1,"idle":0,"starting":0,"recentErrors":1,"recentInvocations":4,"aliases":[{"name":"live","version":"3","weights":{"4":0.1}}],"lastErrors":[{"time":"2026-11-21T12:00:00Z","requestId":"id-1","type":"ValueError","message":"no bumper"}]}""", 200);

        var run = await RoostRun.AtAsync(daemon, "fn", "show", "f");

        Assert.That(run.Output, Does.Contain("128 MiB").And.Contain("id-1 ValueError: no bumper").And.Contain("4 invocations, 1 errors").And.Contain("live leads to 3, 10% of the calls to 4"));
    }

    [Test]
    public async Task Show_tells_what_calls_the_function_and_how_its_rollout_ended()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """
            {"name":"f","url":"/fn/f/","triggers":[
              {"kind":"topic","what":"a/+"},
              {"kind":"schedule","what":"rate(1 hour)","state":"Enabled","nextDue":"2026-11-21T12:00:00+00:00"},
              {"kind":"schedule","what":"at(2020-01-01T00:00:00)","state":"Over"},
              {"kind":"stream","what":"telemetry","state":"Enabled","lastResult":"OK","iteratorAgeSeconds":3.5}],
             "rollout":{"state":"rolled-back","reason":"errors 40%","stable":{"version":"1"},"canary":{"version":"2"},"startedAt":"2026-11-21T11:00:00Z","endedAt":"2026-11-21T11:01:00Z"}}
            """, 200);

        Assert.That((await RoostRun.AtAsync(daemon, "fn", "show", "f")).Output, Is.EqualTo("""
            WHAT     HOW IT IS
            name     f
            trigger  topic a/+
            trigger  schedule rate(1 hour), next at 2026-11-21T12:00:00.000Z
            trigger  schedule at(2020-01-01T00:00:00), Over
            trigger  stream telemetry, Enabled, 3.5 s behind, OK
            url      /fn/f/
            rollout  rolled-back: version 2 in place of 1, begun 2026-11-21T11:00:00.000Z, ended 2026-11-21T11:01:00.000Z; errors 40%

            """));
    }

    [Test]
    public async Task Where_the_list_cannot_be_had_the_refusal_stands_alone()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"Message":"Function not found: arn"}""", 404);

        Assert.That((await RoostRun.AtAsync(daemon, "fn", "invoke", "onbump")).Error, Is.EqualTo("roost: invoke onbump: Function not found: arn\n"));
    }

    private static string Line(int number) => $"2026-01-01T00:00:{number:00}.000Z line\t{number}\n";
}
