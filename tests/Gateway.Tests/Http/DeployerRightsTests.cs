using System.IO.Compression;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

/// <summary>Functions act with the daemon's rights: whoever deploys them over the network gets no more by them than his policies allow.</summary>
public sealed class DeployerRightsTests
{
    private const string Functions = "/2015-03-31/functions";
    private const string Mappings = "/2015-03-31/event-source-mappings";

    private TemporaryFolder _folder = null!;
    private SecureDaemon _daemon = null!;
    private HttpClient _deployer = null!;
    private HttpClient _owner = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _daemon = await SecureDaemon.StartAsync(_folder, http: "routes: [ { from: private/#, to: { function: latecomer, answer: robots/vac-9/cmd } } ]\nstreams: { ledger: {} }");
        await PolicyAsync("deployer", """
            { "Effect": "Allow", "Action": ["lambda:*", "roost:Write"], "Resource": "*" },
            { "Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:*:*:topic/done/*" },
            { "Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:*:*:function:pay" }
            """);
        await PolicyAsync("owner", """{ "Effect": "Allow", "Action": ["lambda:*", "roost:*", "iot:*"], "Resource": "*" }""");
        _deployer = _daemon.Client(token: (await _daemon.MakeTokenAsync(null, "deployer")).Token);
        _owner = _daemon.Client(token: (await _daemon.MakeTokenAsync(null, "owner")).Token);
        await CreateAsync(_owner, "pay", null, 201);
        await CreateAsync(_owner, "free", "network: loopback\n", 201);
        await CreateAsync(_deployer, "plain", null, 201);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _deployer.Dispose();
        _owner.Dispose();
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("network: loopback\n")]
    [TestCase("network: full\n")]
    [TestCase("grants: [ { publish: robots/# } ]\n")]
    [TestCase("triggers: [ { topic: secret/# } ]\n")]
    [TestCase("environment: { PASSWORD: \"${secret:cloud-password}\" }\n")]
    public async Task Code_that_asks_for_more_than_its_events_needs_a_right_of_its_own(string yaml)
    {
        Assert.That(await CreateAsync(_deployer, "evil", yaml, 403), Does.Contain("roost:GrantToFunction on function:evil"));
        Assert.That(await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/plain/code", new { ZipFile = Zip(yaml) }, 403), Does.Contain("roost:GrantToFunction"));
        using var zip = new ByteArrayContent(Convert.FromBase64String(Zip("runtime: python3.x\nhandler: main.handler\n" + yaml)));
        using var deployed = await _deployer.PostAsync("/api/v1/functions/plain/deployments", zip);
        Assert.That((int)deployed.StatusCode, Is.EqualTo(403), await deployed.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task Code_and_settings_of_a_function_that_has_more_need_it_too()
    {
        await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/free/code", new { ZipFile = Zip(null) }, 403); // its function.yaml would go on
        await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/free/configuration", new { Environment = new { Variables = new { PYTHONPATH = "/tmp" } } }, 403);
        await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/plain/configuration", new { Timeout = 4 }, 200);
        await SendAsync(_owner, HttpMethod.Put, $"{Functions}/free/configuration", new { Timeout = 4 }, 200);
    }

    [Test]
    public async Task Settings_that_refer_to_a_secret_need_it_too()
    {
        var settings = new { Environment = new { Variables = new { CLOUD = "Bearer ${secret:cloud-password}" } } };

        Assert.That(await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/plain/configuration", settings, 403), Does.Contain("would have secrets"));
        await CreateAsync(_owner, "told", null, 201);
        await SendAsync(_owner, HttpMethod.Put, $"{Functions}/told/configuration", settings, 200);
        await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/told/code", new { ZipFile = Zip(null) }, 403); // it would read what is there already
    }

    [TestCase("arn:aws:iot:local:000000000000:topic/robots/vac-9/cmd", 403)]
    [TestCase("arn:aws:lambda:local:000000000000:function:pay", 403)]
    [TestCase("arn:aws:iot:local:000000000000:topic/done/plain", 200)]
    public async Task A_destination_is_one_that_its_caller_may_send_to(string destination, int status)
    {
        foreach (var side in (string[])["OnSuccess", "OnFailure"])
        {
            await SendAsync(
                _deployer, HttpMethod.Put, "/2019-09-25/functions/plain/event-invoke-config",
                new { DestinationConfig = new Dictionary<string, object> { [side] = new { Destination = destination } } }, status);
        }
    }

    [Test]
    public async Task A_stream_feeds_a_function_of_who_may_read_it()
    {
        var mapping = new { FunctionName = "plain", EventSourceArn = "arn:aws:kinesis:local:000000000000:stream/$audit", StartingPosition = "TRIM_HORIZON" };

        Assert.That(await SendAsync(_deployer, HttpMethod.Post, Mappings, mapping, 403), Does.Contain("roost:Read on api/v1/streams/$audit/records"));
    }

    [Test]
    public async Task Code_of_a_function_that_others_have_given_something_needs_the_same_rights()
    {
        await CreateAsync(_owner, "house", null, 201);
        await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/house/code", new { ZipFile = Zip(null) }, 200);

        var mapping = await SendAsync(_owner, HttpMethod.Post, Mappings, new { FunctionName = "house", EventSourceArn = "arn:aws:kinesis:local:000000000000:stream/ledger", StartingPosition = "LATEST" }, 202);
        Assert.That(await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/house/code", new { ZipFile = Zip(null) }, 403), Does.Contain("roost:Read on api/v1/streams/ledger/records"));
        using (var document = JsonDocument.Parse(mapping))
        {
            await SendAsync(_owner, HttpMethod.Delete, $"{Mappings}/{document.RootElement.GetProperty("UUID").GetString()}", new { }, 202);
        }

        await SendAsync(
            _owner, HttpMethod.Put, "/2019-09-25/functions/house/event-invoke-config",
            new { DestinationConfig = new { OnSuccess = new { Destination = "arn:aws:iot:local:000000000000:topic/robots/vac-9/cmd" } } }, 200);
        Assert.That(await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/house/code", new { ZipFile = Zip(null) }, 403), Does.Contain("iot:Publish on topic/robots/vac-9/cmd"));
        await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/house/configuration", new { Handler = "main.other" }, 403);
        using var zip = new ByteArrayContent(Convert.FromBase64String(Zip("runtime: python3.x\nhandler: main.handler\n")));
        using var deployed = await _deployer.PostAsync("/api/v1/functions/house/deployments", zip);
        Assert.That((int)deployed.StatusCode, Is.EqualTo(403), await deployed.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task A_function_that_a_route_or_a_template_names_is_made_by_who_may_grant()
    {
        Assert.That(await CreateAsync(_deployer, "latecomer", null, 403), Does.Contain("the target of routes[0]"));
        await CreateAsync(_owner, "gatekeeper", null, 201);
        await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/gatekeeper/code", new { ZipFile = Zip(null) }, 200);
        var template = """{"Parameters":{"SerialNumber":{"Type":"String"}},"Resources":{"thing":{"Type":"AWS::IoT::Thing","Properties":{"ThingName":{"Ref":"SerialNumber"}}},"certificate":{"Type":"AWS::IoT::Certificate","Properties":{"CertificateId":{"Ref":"AWS::IoT::Certificate::Id"}}}}}""";
        await SendAsync(_owner, HttpMethod.Put, "/api/v1/provisioning-templates/floor", new { template = JsonDocument.Parse(template).RootElement, hook = "gatekeeper" }, 201);

        Assert.That(await SendAsync(_deployer, HttpMethod.Put, $"{Functions}/gatekeeper/code", new { ZipFile = Zip(null) }, 403), Does.Contain("the hook of template floor"));
        await SendAsync(_owner, HttpMethod.Put, $"{Functions}/gatekeeper/code", new { ZipFile = Zip(null) }, 200);
    }

    private static string Zip(string? yaml)
    {
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create))
        {
            Add("main.py", "def handler(event, context): return 1");
            if (yaml is not null)
            {
                Add("function.yaml", yaml);
            }

            void Add(string name, string text)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return Convert.ToBase64String(buffer.ToArray());
    }

    private static Task<string> CreateAsync(HttpClient client, string name, string? yaml, int status) => SendAsync(
        client, HttpMethod.Post, Functions, new { FunctionName = name, Role = "arn:aws:iam::000000000000:role/r", Runtime = "python3.x", Handler = "main.handler", Code = new { ZipFile = Zip(yaml) } }, status);

    private static async Task<string> SendAsync(HttpClient client, HttpMethod method, string path, object body, int status)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, options: JsonSerializerOptions.Default) };
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(status), text);
        return text;
    }

    private Task PolicyAsync(string name, string statements) => _daemon.PostLocallyAsync(
        "/api/v1/policies", JsonSerializer.Serialize(new { name, document = JsonDocument.Parse($$"""{ "Version": "2012-10-17", "Statement": [{{statements}}] }""").RootElement }));
}
