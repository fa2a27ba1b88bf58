using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Commands;

public sealed class DeployTests
{
    private const string InProgress = """{"id":"1","function":"f","state":"in-progress","stable":{"version":"1","share":0.9,"invocations":9,"errors":0,"p95Milliseconds":2},"canary":{"version":"2","share":0.1,"invocations":1,"errors":0,"p95Milliseconds":2},"remainingSeconds":299.5}""";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFunction()
    {
        _folder = new TemporaryFolder();
        Directory.CreateDirectory(_folder["f/lib"]);
        File.WriteAllText(_folder["f/function.yaml"], "# a comment\nname: 'from-file' # and another\nruntime: provided\n");
        File.WriteAllText(_folder["f/bootstrap"], "#!/bin/sh\n");
        File.SetUnixFileMode(_folder["f/bootstrap"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(_folder["f/lib/value"], "1");
        File.CreateSymbolicLink(_folder["f/link"], "lib/value");
        File.WriteAllText(_folder["f/value~"], "left by an editor");
    }

    [TearDown]
    public void RemoveFunction() => _folder.Dispose();

    [Test]
    public async Task A_folder_is_sent_with_its_rollout_in_one_request()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync($$"""{"function":"from-file","rollout":{{InProgress}}}""");

        var run = await RoostRun.AtAsync(daemon, "fn", "deploy", _folder["f"], "--canary", "10%,50%", "--for", "5m", "--rollback-on", "errors>1%", "--rollback-on", "p95>500ms", "--min-invocations", "3");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.Output, Is.EqualTo("from-file: version 2 gets 10% of the calls, version 1 the rest, for 0:05:00\n"));
        Assert.That(daemon.Requests.Single(), Does.StartWith(
            "POST /api/v1/functions/from-file/deployments?canary=10%25&canary=50%25&rollback-on=errors%3E1%25&rollback-on=p95%3E500ms&for=5m&min-invocations=3 PK"));
    }

    [TestCase("Give --canary or --all-at-once, not both.", "--canary", "10%", "--all-at-once")]
    [TestCase("--canary is a share of the calls, like 10%, or shares that rise, like 10%,50%, not '10'.", "--canary", "10")]
    [TestCase("--for is a time with its unit, like 5m, not '5'.", "--canary", "10%", "--for", "5")]
    [TestCase("--rollback-on is a rule like errors>1% or p95>500ms, not 'error>1%'.", "--canary", "10%", "--rollback-on", "errors>1%", "--rollback-on", "error>1%")]
    [TestCase("--min-invocations is a whole number, like 20, not 'many'.", "--canary", "10%", "--min-invocations", "many")]
    public async Task A_rollout_that_is_none_is_wrong_usage(string fault, params string[] arguments)
    {
        var run = await RoostRun.RunAsync(["fn", "deploy", _folder["f"], .. arguments]);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((2, $"roost: {fault} Try: roost fn deploy --help\n")));
    }

    [Test]
    public async Task The_zip_keeps_links_and_who_may_execute_and_is_the_same_each_time()
    {
        List<byte[]> zips = [];
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync("""{"function":"f"}"""));
        for (var i = 0; i < 2; i++)
        {
            using var zip = new MemoryStream();
            await Input.FolderZip.WriteAsync(_folder["f"], zip, default);
            zips.Add(zip.ToArray());
            File.SetLastWriteTimeUtc(_folder["f/bootstrap"], new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        using var archive = new ZipArchive(new MemoryStream(zips[0]));
        var modes = archive.Entries.ToDictionary(entry => entry.FullName, entry => Convert.ToString(entry.ExternalAttributes >>> 16, 8));
        Assert.That(zips[1], Is.EqualTo(zips[0]));
        Assert.That(modes.Keys, Is.EquivalentTo(new[] { "bootstrap", "function.yaml", "lib/", "lib/value", "link" }));
        Assert.That((modes["bootstrap"], modes["function.yaml"], modes["link"]), Is.EqualTo(("100755", "100644", "120777")));
    }

    [TestCase("promoted", 0)]
    [TestCase("rolled-back", 1)]
    public async Task Waiting_ends_with_the_rollout(string state, int exitCode)
    {
        var asked = 0;
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync(
            context.Request.Method == "POST" ? $$"""{"function":"f","rollout":{{InProgress}}}"""
            : ++asked == 1 ? InProgress
            : InProgress.Replace("in-progress", state).Replace("\"stable\"", "\"reason\":\"as it is\",\"stable\"")));

        var run = await RoostRun.AtAsync(daemon, "fn", "deploy", _folder["f"], "--name", "f", "--canary", "10%", "--wait");

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(run.Output.TrimEnd(), Does.EndWith("as it is"));
    }

    [Test]
    public async Task Who_stops_waiting_is_told_that_the_rollout_goes_on()
    {
        using var stop = new CancellationTokenSource();
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            await context.Response.WriteAsync(context.Request.Method == "POST" ? $$"""{"function":"f","rollout":{{InProgress}}}""" : InProgress);
            if (context.Request.Method == "GET")
            {
                await stop.CancelAsync();
            }
        });

        var run = await RoostRun.RunAsync(["fn", "deploy", _folder["f"], "--name", "f", "--canary", "10%", "--wait", "--socket", daemon.Socket], cancellationToken: stop.Token);

        Assert.That(run.Error, Does.Contain("the rollout of f goes on").And.Contain("roost fn rollback f"));
    }

    [Test]
    public async Task Rules_without_a_canary_are_wrong_usage()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.AtAsync(daemon, "fn", "deploy", _folder["f"], "--rollback-on", "errors>1%");

        Assert.That((run.ExitCode, daemon.Requests.Count), Is.EqualTo((2, 0)));
        Assert.That(run.Error, Does.Contain("--canary"));
    }

    [Test]
    public async Task A_folder_without_function_yaml_is_not_sent()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.AtAsync(daemon, "fn", "deploy", _folder["f/lib"]);

        Assert.That((run.ExitCode, daemon.Requests.Count), Is.EqualTo((1, 0)));
        Assert.That(run.Error, Does.Contain(_folder["f/lib/function.yaml"]));
    }

    [TestCase("promote", "POST /api/v1/functions/f/rollout/promote")]
    [TestCase("rollback", "POST /api/v1/functions/f/rollout/rollback")]
    [TestCase("rollback --to 3", "POST /api/v1/functions/f/rollout/rollback?to=3")]
    [TestCase("rollout", "GET /api/v1/functions/f/rollout")]
    public async Task A_rollout_is_looked_at_and_ended(string arguments, string request)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"function":"f","state":"promoted","sameAsVersion":"1"}""");

        var words = arguments.Split(' ');
        var run = await RoostRun.AtAsync(daemon, ["fn", words[0], "f", .. words[1..]]);

        Assert.That((run.ExitCode, daemon.Requests.Single()), Is.EqualTo((0, request)), run.Error);
        Assert.That(run.Output, words[0] == "rollout" ? Does.StartWith("f: version") : Is.EqualTo("f: all calls run the code and settings of version 1\n"));
    }
}
