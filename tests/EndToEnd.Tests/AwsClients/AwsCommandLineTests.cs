using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.AwsClients;

/// <summary>Debian's <c>awscli</c>: scripts that change a shadow with the <c>aws</c> command go on working with <c>--endpoint-url</c>.</summary>
public sealed class AwsCommandLineTests
{
    private const string Aws = "/usr/bin/aws"; // not another one that is earlier in the PATH

    private TemporaryFolder _folder = null!;
    private RoostDaemon _roost = null!;

    [OneTimeSetUp]
    public async Task StartRoostAsync()
    {
        if (!File.Exists(Aws))
        {
            Assert.Ignore("Debian's awscli is not installed.");
        }

        _folder = new TemporaryFolder();
        _roost = new RoostDaemon(_folder.Path, "");
        await _roost.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopRoostAsync()
    {
        if (_roost is not null)
        {
            await _roost.DisposeAsync();
            _folder.Dispose();
        }
    }

    [Test]
    public async Task A_shadow_lives_from_update_to_delete()
    {
        string[] name = ["--thing-name", "cli:1"];

        Assert.That(await FailAsync(["get-thing-shadow", .. name]), Does.Contain("(ResourceNotFoundException) when calling the GetThingShadow operation: No shadow exists with name: 'cli:1'"));
        var updated = await DocumentAsync(["update-thing-shadow", .. name, "--payload", """{"state":{"desired":{"mode":"dock"},"reported":{"mode":"clean"}}}"""]);
        Assert.That(updated.GetProperty("version").GetInt64(), Is.EqualTo(1));
        var got = await DocumentAsync(["get-thing-shadow", .. name]);
        Assert.That(got.GetProperty("state").GetRawText(), Is.EqualTo("""{"desired":{"mode":"dock"},"reported":{"mode":"clean"},"delta":{"mode":"dock"}}"""));
        Assert.That(
            await FailAsync(["update-thing-shadow", .. name, "--payload", """{"state":{"desired":{}},"version":7}"""]),
            Does.Contain("(ConflictException) when calling the UpdateThingShadow operation: Version conflict"));
        var deleted = await DocumentAsync(["delete-thing-shadow", .. name]);
        Assert.That(deleted.GetProperty("version").GetInt64(), Is.EqualTo(1));
        Assert.That(deleted.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "version", "timestamp" }));
    }

    [Test]
    public async Task A_document_that_is_too_large_is_refused_by_name()
    {
        var large = """{"state":{"desired":{"a":"TEXT"}}}""".Replace("TEXT", new string('x', 8192), StringComparison.Ordinal);

        Assert.That(
            await FailAsync("update-thing-shadow", "--thing-name", "cli-bad", "--payload", large),
            Does.Contain("(RequestEntityTooLargeException) when calling the UpdateThingShadow operation: The payload exceeds the maximum size allowed"));
    }

    [Test]
    public async Task Named_shadows_are_listed_in_pages()
    {
        foreach (var shadow in new[] { "mode:1_$-", "a", "b" })
        {
            await DocumentAsync("update-thing-shadow", "--thing-name", "cli-list", "--shadow-name", shadow, "--payload", """{"state":{}}""");
        }

        var first = JsonDocument.Parse(await RunAsync("list-named-shadows-for-thing", "--thing-name", "cli-list", "--page-size", "2")).RootElement;
        var rest = JsonDocument.Parse(await RunAsync("list-named-shadows-for-thing", "--thing-name", "cli-list", "--page-size", "2", "--next-token", first.GetProperty("nextToken").GetString()!)).RootElement;

        Assert.That(first.GetProperty("results").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(rest.GetProperty("results").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(new[] { "mode:1_$-" }));
        Assert.That(rest.TryGetProperty("nextToken", out _), Is.False);
    }

    [Test]
    public async Task A_message_is_published_and_retained()
    {
        await RunAsync("publish", "--topic", "cli/a b", "--qos", "1", "--retain", "--payload", "docked");

        var message = JsonDocument.Parse(await RunAsync("get-retained-message", "--topic", "cli/a b")).RootElement;
        Assert.That(message.GetProperty("payload").GetBytesFromBase64(), Is.EqualTo("docked"u8.ToArray()));
        Assert.That(message.GetProperty("qos").GetInt32(), Is.EqualTo(1));
        Assert.That(await RunAsync("list-retained-messages", "--max-results", "10"), Does.Contain("\"topic\": \"cli/a b\""));
    }

    /// <summary>The document that a shadow operation writes to its output file.</summary>
    private async Task<JsonElement> DocumentAsync(params string[] arguments)
    {
        var file = _folder["answer.json"];
        await RunAsync([.. arguments, file]);
        return JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement;
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        await using var aws = Start(arguments);
        Assert.That(await aws.WaitForExitAsync(), Is.Zero, () => aws.Errors);
        return string.Join('\n', aws.Output);
    }

    /// <summary>What it says when the service refuses; its exit code is then 254.</summary>
    private async Task<string> FailAsync(params string[] arguments)
    {
        await using var aws = Start(arguments[0].EndsWith("-thing-shadow", StringComparison.Ordinal) ? [.. arguments, "/dev/null"] : arguments);
        Assert.That(await aws.WaitForExitAsync(), Is.EqualTo(254), () => aws.Errors);
        return aws.Errors;
    }

    private RunningProcess Start(string[] arguments)
    {
        var aws = RunningProcess.Start(
            Aws,
            ["iot-data", .. arguments, "--endpoint-url", _roost.Url, "--region", "eu-central-1", "--cli-binary-format", "raw-in-base64-out", "--output", "json"],
            new Dictionary<string, string>
            {
                ["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE",
                ["AWS_SECRET_ACCESS_KEY"] = "secret",
                ["AWS_CONFIG_FILE"] = "/dev/null",
                ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
                ["AWS_PAGER"] = "",
            });
        aws.CloseInput();
        return aws;
    }
}
