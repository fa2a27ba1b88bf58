using System.Text;
using Microsoft.AspNetCore.Http;
using Roost.Cli.Qr;

namespace Roost.Cli.Tests.Commands;

/// <summary><c>roost user|token|key|app|secret</c>: what goes over the wire, and that secrets are shown where they are meant to be.</summary>
public sealed class LoginTests
{
    [Test]
    public async Task A_password_comes_from_standard_input_and_is_not_printed()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"name":"alice","principal":"user/alice","thing":null}""");

        var run = await RoostRun.RunAsync(["user", "add", "alice", "--policy", "app-default", "--socket", daemon.Socket], input: "correct horse\n");

        Assert.That(daemon.Requests.First(), Is.EqualTo("""POST /api/v1/users {"name":"alice","password":"correct horse","policies":["app-default"]}"""));
        Assert.That(run.Output, Does.Contain("mosquitto_sub --cafile ca.crt -h localhost -p 8883 -u alice -P PASSWORD -i app/alice").And.Contain("roost ca export > ca.crt"));
        Assert.That(run.Output + run.Error, Does.Not.Contain("correct horse"));
        Assert.That(run.ExitCode, Is.Zero);
    }

    [Test]
    public async Task A_user_without_a_policy_is_told_what_is_missing()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"name":"alice","principal":"user/alice","thing":null}""");

        var run = await RoostRun.RunAsync(["user", "add", "alice", "--socket", daemon.Socket], input: "correct horse");

        Assert.That(run.Output, Does.Contain("roost policy attach POLICY user/alice"));
    }

    [TestCase("")]
    [TestCase("\n")]
    public async Task An_empty_password_is_not_sent(string input)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.RunAsync(["user", "passwd", "alice", "--socket", daemon.Socket], input: input);

        Assert.That(daemon.Requests, Is.Empty);
        Assert.That(run.Error, Does.Contain("it is empty"));
    }

    [Test]
    public async Task A_password_is_no_argument()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.AtAsync(daemon, "user", "add", "alice", "correct horse");

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(daemon.Requests, Is.Empty);
    }

    [Test]
    public async Task A_token_is_printed_alone_on_its_line()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"token":"roost_abc","id":"abc","principal":"token/abc","thing":null}""");

        var run = await RoostRun.AtAsync(daemon, "token", "create", "script", "--expires", "12h");

        Assert.That(daemon.Requests.First(), Is.EqualTo("""POST /api/v1/tokens {"name":"script","expiresInSeconds":43200}"""));
        Assert.That(run.Output, Does.Contain("is abc.").And.Contain("roost policy attach POLICY token/abc").And.Contain("curl --cacert ca.crt -H \"Authorization: Bearer $ROOST_TOKEN\" https://localhost:8443/api/v1/status"));
        Assert.That(run.Output.Split('\n')[0].TrimEnd('\r'), Is.EqualTo("roost_abc"));
    }

    [TestCase("12")]
    [TestCase("d")]
    [TestCase("-1d")]
    [TestCase("0d")]
    public async Task A_lifetime_that_is_none_is_wrong_usage(string lifetime)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        Assert.That((await RoostRun.AtAsync(daemon, "token", "create", "script", $"--expires={lifetime}")).ExitCode, Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public async Task An_access_key_is_printed_as_AWS_tools_read_it()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"secretAccessKey":"s+/","accessKeyId":"AKIAX","principal":"key/AKIAX","thing":"vac-1"}""");

        var run = await RoostRun.AtAsync(daemon, "key", "create", "--thing", "vac-1");

        Assert.That(run.Output, Does.StartWith("AWS_ACCESS_KEY_ID=AKIAX").And.Contain("AWS_SECRET_ACCESS_KEY=s+/").And.Contain("AWS_ENDPOINT_URL=https://localhost:8443").And.Contain("AWS_CA_BUNDLE=ca.crt").And.Not.Contain("policy attach"));
    }

    [Test]
    public async Task Pairing_asks_for_the_usual_policy_and_shows_code_address_and_fingerprint()
    {
        await using var daemon = await PairingDaemonAsync();

        var run = await RoostRun.AtAsync(daemon, "app", "pair");

        Assert.That(daemon.Requests.First(), Is.EqualTo("""POST /api/v1/pairings {"policies":["app-default"]}"""));
        Assert.That(run.Output, Does.Contain("7KQ2MXRA").And.Contain("1f0c").And.Contain("https://192.0.2.2:9443/api/v1/pairings/redeem").And.Contain("https://[fd00::2]:9443").And.Contain("192.0.2.2:9883").And.Contain("begin with app/"));
    }

    [Test]
    public async Task Pairing_as_a_QR_code_holds_all_that_the_app_needs()
    {
        await using var daemon = await PairingDaemonAsync();
        var code = QrCode.Encode(Encoding.ASCII.GetBytes("roost-pair:1?h=192.0.2.2&p=9443&m=9883&c=7KQ2MXRA&a=HwwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));

        var run = await RoostRun.AtAsync(daemon, "app", "pair", "--qr");

        Assert.That(run.Output, Does.Contain(string.Join('\n', QrText.Lines(code, isColoured: false))));
    }

    private static Task<FakeDaemon> PairingDaemonAsync() => FakeDaemon.StartAsync(context => context.Response.WriteAsync(context.Request.Path.Value switch
    {
        "/api/v1/authorities/own" => """{"server":{"names":["vm.local","localhost","192.0.2.2","fd00::2","127.0.0.1"]}}""",
        "/api/v1/status" => """{"listeners":[{"protocol":"mqtt","address":"127.0.0.1:1883"},{"protocol":"mqtts","address":"0.0.0.0:9883"},{"protocol":"https","address":"0.0.0.0:9443"}]}""",
        _ => $$"""{"code":"7KQ2MXRA","id":"x","name":"app","endsAt":"2026-11-22T10:05:00Z","authorityFingerprint":"1f0c{{new string('0', 60)}}"}""",
    }));

    [Test]
    public async Task A_secret_is_sent_without_the_end_of_its_line()
    {
        var body = "";
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await context.Response.WriteAsync("""{"name":"cloud"}""");
        });

        var run = await RoostRun.RunAsync(["secret", "set", "cloud", "--socket", daemon.Socket], bytesIn: Encoding.UTF8.GetBytes("s3cr3t\r\n"));

        Assert.That((daemon.Requests.Single().Split(' ')[1], body), Is.EqualTo(("/api/v1/secrets/cloud", "s3cr3t")));
        Assert.That(run.Output + run.Error, Does.Not.Contain("s3cr3t"));
    }

    [Test]
    public async Task A_secret_is_shown_when_that_is_asked_for_in_so_many_words()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"value":"s3cr3t"}""");

        var without = await RoostRun.AtAsync(daemon, "secret", "show", "cloud");
        Assert.That(daemon.Requests, Is.Empty);
        Assert.That((without.ExitCode, without.Error.Contains("--reveal", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Failed, true)));

        Assert.That((await RoostRun.AtAsync(daemon, "secret", "show", "cloud", "--reveal")).Output.Trim(), Is.EqualTo("s3cr3t"));
        Assert.That(daemon.Requests, Is.EqualTo(new[] { "POST /api/v1/secrets/cloud/reveal" }));
    }

    [Test]
    public async Task A_rotation_that_left_something_sealed_names_it_and_fails()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"resealed":3,"unreadable":["secret/lost","key/AKIAEXAMPLE"]}""");

        var run = await RoostRun.AtAsync(daemon, "secret", "rekey");

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.Output, Does.StartWith("3 secrets and access keys have the new key"));
        Assert.That(run.Error, Does.Contain("secret/lost, key/AKIAEXAMPLE").And.Contain("secrets.key"));
    }

    [TestCase(new[] { "user", "delete", "a" }, "DELETE /api/v1/users/a")]
    [TestCase(new[] { "user", "unlock", "a" }, "DELETE /api/v1/users/a/locks")]
    [TestCase(new[] { "token", "revoke", "x" }, "DELETE /api/v1/tokens/x")]
    [TestCase(new[] { "app", "unpair", "x" }, "DELETE /api/v1/tokens/x")]
    [TestCase(new[] { "key", "delete", "AKIA" }, "DELETE /api/v1/access-keys/AKIA")]
    [TestCase(new[] { "secret", "delete", "a" }, "DELETE /api/v1/secrets/a")]
    [TestCase(new[] { "secret", "delete", "a", "--force" }, "DELETE /api/v1/secrets/a?force=true")]
    public async Task What_ends_something_says_so(string[] arguments, string request)
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });

        var run = await RoostRun.AtAsync(daemon, arguments);

        Assert.That(daemon.Requests.Single(), Is.EqualTo(request));
        Assert.That((run.ExitCode, run.Output.Length > 0), Is.EqualTo((0, true)));
    }
}
