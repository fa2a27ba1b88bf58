using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

/// <summary><c>roost fn</c> against the daemon: what the one sends, the other takes.</summary>
public sealed class FunctionCommandTests
{
    private TemporaryFolder _folder = null!;
    private RoostDaemon _roost = null!;

    [OneTimeSetUp]
    public async Task StartRoost()
    {
        _folder = new TemporaryFolder();
        _roost = new RoostDaemon(_folder.Path, "");
        await _roost.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopRoost()
    {
        await _roost.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Versions_and_aliases_from_the_first_to_the_last()
    {
        await WriteAsync("dep", "return 1");
        await _roost.RoostAsync("fn", "deploy", _folder["dep"], "--publish");
        await WriteAsync("dep", "return 2");
        await _roost.RoostAsync("fn", "deploy", _folder["dep"]);
        await _roost.RoostAsync("fn", "publish", "dep", "--description", "two");

        Assert.That(await _roost.RoostAsync("fn", "alias", "set", "dep", "live", "1"), Does.EndWith(":function:dep:live"));
        Assert.That(await _roost.RoostAsync("fn", "invoke", "dep", "--qualifier", "live"), Is.EqualTo("1"));
        await _roost.RoostAsync("fn", "alias", "set", "dep", "live", "1", "--weight", "2=0.25");
        Assert.That(await _roost.RoostAsync("fn", "aliases", "dep"), Does.Match("live +1 +2=0.25"));
        await _roost.RoostAsync("fn", "alias", "set", "dep", "live", "2");
        Assert.That(await _roost.RoostAsync("fn", "aliases", "dep"), Does.Match("live +2$"));
        Assert.That(await _roost.RoostAsync("fn", "versions", "dep"), Does.Match("\\$LATEST +100% ").And.Match("2 +20.*Z .* two"));

        Assert.That(await RefusedAsync("fn", "alias", "set", "dep", "live", "99"), Is.EqualTo("roost: set live of dep: dep has no version '99'. There are: $LATEST, 1, 2"));
        Assert.That(await RefusedAsync("fn", "alias", "set", "dep", "new", "99"), Is.EqualTo("roost: set new of dep: dep has no version '99'. There are: $LATEST, 1, 2"));
        Assert.That(await RefusedAsync("fn", "invoke", "dep", "--qualifier", "7"), Is.EqualTo("roost: invoke dep: dep has no version or alias '7'. There are: $LATEST, 1, 2, live"));
        Assert.That(await RefusedAsync("fn", "rollback", "nobody"), Does.StartWith("roost: roll nobody back: there is no function 'nobody'. There are: dep"));

        await _roost.RoostAsync("fn", "alias", "delete", "dep", "live");
        Assert.That(await RefusedAsync("fn", "alias", "delete", "dep", "live"), Does.EndWith("dep has no version or alias 'live'. There are: $LATEST, 1, 2"));
        await _roost.RoostAsync("fn", "delete", "dep", "--version", "1");
        Assert.That(await RefusedAsync("fn", "delete", "dep", "--version", "1"), Does.EndWith("dep has no version or alias '1'. There are: $LATEST, 2"));
        await _roost.RoostAsync("fn", "delete", "dep");
    }

    [Test]
    public async Task The_log_of_errors_has_the_error_and_its_traceback()
    {
        await WriteAsync("fails", "print('before'); return 1 // event['by']");
        await _roost.RoostAsync("fn", "deploy", _folder["fails"]);
        await _roost.RoostAsync("fn", "invoke", "fails", """{"by":1}""");
        Assert.That(await RefusedAsync("fn", "invoke", "fails", """{"by":0}"""), Does.Contain("the function failed"));

        var log = (await _roost.RoostAsync("fn", "logs", "fails", "--errors")).Split('\n');

        Assert.That(log, Has.One.EndsWith("Z before"), "of the invocation that failed");
        Assert.That(log, Has.Some.Contains("[ERROR] ZeroDivisionError").And.Some.Contains("main.py").And.None.Contains("START"));
        Assert.That(log[^1], Does.Contain("REPORT").And.Contain("Status: error"));
    }

    [Test]
    public async Task Faults_of_a_folder_are_told_in_the_order_of_its_lines()
    {
        await WriteAsync("faulty", "return 1");
        await File.WriteAllTextAsync(_folder["faulty/function.yaml"], "handler: main.handler\nqueue: -1\nruntime: python9\nmemry: 3\ntimeout: 9\n");

        var lines = (await RefusedAsync("fn", "deploy", _folder["faulty"])).Split('\n');

        Assert.That(lines[0], Is.EqualTo("roost: deploy faulty: 4 faults"));
        Assert.That(lines[1..].Select(line => string.Join(' ', line.Split(' ')[..6])), Is.EqualTo(new[]
        {
            "  function.yaml, line 2: queue", "  function.yaml, line 3: runtime", "  function.yaml, line 4: memry", "  function.yaml, line 5: timeout",
        }));
    }

    [Test]
    public async Task The_secrets_of_a_function_are_shown_by_name_and_not_deleted_under_it()
    {
        await File.WriteAllTextAsync(_folder["value"], "s3cr3t-value");
        await _roost.RoostAsync("secret", "set", "cloud", "--file", _folder["value"]);
        await WriteAsync("caller", "return 1");
        await File.AppendAllTextAsync(_folder["caller/function.yaml"], "environment: { HEADER: \"Bearer ${secret:cloud}\", SITE: \"17\" }\n");
        await _roost.RoostAsync("fn", "deploy", _folder["caller"]);

        Assert.That(await _roost.RoostAsync("fn", "show", "caller"), Does.Match("environment +HEADER, SITE").And.Match("secret +cloud in HEADER").And.Not.Contain("s3cr3t"));
        Assert.That(await _roost.RoostAsync("secret", "list"), Does.Match("cloud .*ready +function caller"));
        Assert.That(await RefusedAsync("secret", "delete", "cloud"), Does.Contain("function caller").And.Contain("force"));
        await _roost.RoostAsync("fn", "delete", "caller");
        await _roost.RoostAsync("secret", "delete", "cloud");
    }

    private async Task WriteAsync(string name, string body)
    {
        Directory.CreateDirectory(_folder[name]);
        await File.WriteAllTextAsync(_folder[$"{name}/function.yaml"], "runtime: python3.11\nhandler: main.handler\n");
        await File.WriteAllTextAsync(_folder[$"{name}/main.py"], $"def handler(event, context):\n    {body}\n");
    }

    /// <returns>What it says on standard error.</returns>
    private async Task<string> RefusedAsync(params string[] arguments)
    {
        await using var roost = RunningProcess.Start(Programs.Roost, [.. arguments, "--socket", _roost.Socket]);
        Assert.That(await roost.WaitForExitAsync(), Is.EqualTo(1), string.Join(' ', arguments));
        return roost.Errors;
    }
}
