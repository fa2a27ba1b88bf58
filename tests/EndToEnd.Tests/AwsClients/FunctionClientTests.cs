using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.AwsClients;

/// <summary>AWS's own clients manage and call functions, with only their endpoint changed; the zips are made by Debian's <c>zip</c> and Python's <c>zipfile</c>.</summary>
public sealed class FunctionClientTests
{
    private const string Aws = "/usr/bin/aws"; // not another one that is earlier in the PATH

    private TemporaryFolder _folder = null!;
    private RoostDaemon _roost = null!;
    private string _first = "";
    private string _second = "";

    [OneTimeSetUp]
    public async Task StartRoostAsync()
    {
        _folder = new TemporaryFolder();
        _first = await ZipAsync("first", "/usr/bin/zip", "-qr", _folder["first.zip"], ".");
        _second = await ZipAsync("second", "/usr/bin/python3", "-m", "zipfile", "-c", _folder["second.zip"], "main.py", "lib");
        _roost = new RoostDaemon(_folder.Path, "streams:\n  telemetry: {}\n");
        await _roost.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopRoostAsync()
    {
        await _roost.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("life")]
    [TestCase("settings")]
    [TestCase("lists")]
    [TestCase("exceptions")]
    public Task Lambda_SDK_is_answered_as_by_AWS(string scenario) =>
        ScenarioRunner.RunAsync("@aws-sdk/client-lambda", "lambda.mjs", scenario, new { url = _roost.Url, name = $"sdk-{scenario}", first = _first, second = _second });

    [Test]
    public async Task Boto3_is_answered_as_by_AWS()
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/boto3"))
        {
            Assert.Ignore("Debian's python3-boto3 is not installed.");
        }

        await RunningProcess.RunAsync("/usr/bin/python3", "-B", Path.Combine(Programs.Root, "tests/EndToEnd.Tests/AwsClients/scenarios/boto3_functions.py"), _roost.Url, "boto3", _first, _second);
    }

    [Test]
    public async Task The_command_line_creates_calls_updates_and_deletes()
    {
        if (!File.Exists(Aws))
        {
            Assert.Ignore("Debian's awscli is not installed.");
        }

        var created = JsonDocument.Parse(await AwsAsync("create-function", "--function-name", "cli", "--runtime", "python3.9", "--handler", "main.handler", "--role", "arn:aws:iam::000000000000:role/any", "--zip-file", $"fileb://{_first}")).RootElement;
        Assert.That(created.GetProperty("State").GetString(), Is.EqualTo("Active"));
        await AwsAsync("wait", "function-active-v2", "--function-name", "cli");
        await AwsAsync("invoke", "--function-name", "cli", "--payload", "{\"n\":1}", _folder["answer.json"]);
        Assert.That(await File.ReadAllTextAsync(_folder["answer.json"]), Does.StartWith("{\"code\": \"first\", \"event\": {\"n\": 1}"));
        await AwsAsync("update-function-code", "--function-name", "cli", "--zip-file", $"fileb://{_second}", "--publish");
        await AwsAsync("invoke", "--function-name", "cli:1", _folder["answer.json"]);
        Assert.That(await File.ReadAllTextAsync(_folder["answer.json"]), Does.StartWith("{\"code\": \"second\""));
        await AwsAsync("delete-function", "--function-name", "cli");
        Assert.That(await AwsAsync("list-functions", "--query", "Functions[?FunctionName=='cli']"), Is.EqualTo("[]"));
    }

    private async Task<string> AwsAsync(params string[] arguments)
    {
        await using var aws = RunningProcess.Start(
            Aws,
            ["lambda", .. arguments, "--endpoint-url", _roost.Url, "--region", "eu-central-1", "--cli-binary-format", "raw-in-base64-out", "--output", "json"],
            new Dictionary<string, string>
            {
                ["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE",
                ["AWS_SECRET_ACCESS_KEY"] = "secret",
                ["AWS_CONFIG_FILE"] = "/dev/null",
                ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
                ["AWS_PAGER"] = "",
            });
        aws.CloseInput();
        Assert.That(await aws.WaitForExitAsync(), Is.Zero, () => aws.Errors);
        return string.Join('\n', aws.Output);
    }

    /// <summary>A function that tells its code's name, its event and a variable.</summary>
    private async Task<string> ZipAsync(string code, string tool, params string[] arguments)
    {
        var folder = Directory.CreateDirectory(_folder[code]).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "lib"));
        await File.WriteAllTextAsync(Path.Combine(folder, "lib", "__init__.py"), $"CODE = '{code}'\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "main.py"), """
            import os
            from lib import CODE

            def handler(event, context):
                if event == 'fail':
                    raise ValueError('asked for')
                print('heard')
                return {'code': CODE, 'event': event, 'site': os.environ.get('SITE')}
            """);
        await RunningProcess.RunAsync("/bin/sh", ["-c", "cd \"$0\" && exec \"$@\"", folder, tool, .. arguments]);
        return _folder[$"{code}.zip"];
    }
}
