using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.AwsClients;

/// <summary>AWS's own clients with an access key of the gateway, over HTTPS with the gateway's CA, and nothing else changed but the endpoint.</summary>
public sealed class SignedClientTests
{
    private TemporaryFolder _folder = null!;
    private RoostDaemon _roost = null!;
    private int _port;
    private string _authority = null!;
    private (string Id, string Secret) _key;

    private string Url => $"https://localhost:{_port}";

    [OneTimeSetUp]
    public async Task StartRoostAsync()
    {
        _folder = new TemporaryFolder();
        _roost = new RoostDaemon(_folder.Path, "");
        _port = FreePort.Next();
        Directory.CreateDirectory(_folder["conf.d"]);
        await File.WriteAllTextAsync(_folder["conf.d/https.yaml"], $$"""
            http: { listeners: [ { address: 127.0.0.1, port: {{_roost.HttpPort}} }, { address: 127.0.0.1, port: {{_port}}, tls: {} } ] }
            """);
        await _roost.StartAsync();
        _authority = _folder["ca.crt"];
        var made = await File.ReadAllTextAsync(_folder["data/identity/authority.pem"]);
        var start = made.IndexOf("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal);
        const string End = "-----END CERTIFICATE-----";
        await File.WriteAllTextAsync(_authority, $"{made[start..(made.IndexOf(End, start, StringComparison.Ordinal) + End.Length)]}\n");
        _key = await MakeKeyAsync("admin");
    }

    [OneTimeTearDown]
    public async Task StopRoostAsync()
    {
        await _roost.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("accepted")]
    [TestCase("refused")]
    [TestCase("skewed")]
    [TestCase("deviceV1")]
    [TestCase("deviceV2")]
    public Task Node_clients_sign_and_are_answered_as_by_AWS(string scenario) => RunAsync(scenario, _key);

    [Test]
    public async Task A_key_without_rights_is_denied_by_the_names_of_AWS() => await RunAsync("denied", await MakeKeyAsync());

    [Test]
    public async Task Boto3_signs_and_is_answered_as_by_AWS()
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/boto3"))
        {
            Assert.Ignore("Debian's python3-boto3 is not installed.");
        }

        await RunningProcess.RunAsync("/usr/bin/python3", "-B", Path.Combine(Programs.Root, "tests/EndToEnd.Tests/AwsClients/scenarios/boto3_signed.py"), Url, _authority, _key.Id, _key.Secret);
    }

    [Test]
    public async Task The_aws_command_signs_and_is_answered_as_by_AWS()
    {
        const string Aws = "/usr/bin/aws";
        if (!File.Exists(Aws))
        {
            Assert.Ignore("Debian's awscli is not installed.");
        }

        await using var aws = RunningProcess.Start(Aws, ["iot-data", "publish", "--topic", "cli/a b", "--payload", "docked", "--cli-binary-format", "raw-in-base64-out", "--endpoint-url", Url], new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = _key.Id, ["AWS_SECRET_ACCESS_KEY"] = _key.Secret, ["AWS_DEFAULT_REGION"] = "eu-central-1", ["AWS_CA_BUNDLE"] = _authority,
            ["AWS_CONFIG_FILE"] = "/dev/null", ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null", ["AWS_EC2_METADATA_DISABLED"] = "true",
        });

        Assert.That(await aws.WaitForExitAsync(), Is.Zero, () => aws.Errors);
    }

    private Task RunAsync(string scenario, (string Id, string Secret) key) => ScenarioRunner.RunAsync(
        "@aws-sdk/client-iot-data-plane",
        "signed.mjs",
        scenario,
        new { url = Url, port = _port, key = new { id = key.Id, secret = key.Secret }, authority = _authority },
        ("NODE_EXTRA_CA_CERTS", _authority));

    private async Task<(string Id, string Secret)> MakeKeyAsync(params string[] policies)
    {
        var made = JsonDocument.Parse(await RunningProcess.RunAsync(
            "curl", "-sS", "--fail-with-body", "--unix-socket", _roost.Socket, "-H", "content-type: application/json",
            "-d", JsonSerializer.Serialize(new { name = "test", policies }), "http://roost/api/v1/access-keys")).RootElement;
        return (made.GetProperty("accessKeyId").GetString()!, made.GetProperty("secretAccessKey").GetString()!);
    }
}
