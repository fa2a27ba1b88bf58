using System.Text;
using Roost.Mqtt;
using Roost.Shadow.Tests.Http;

namespace Roost.Shadow.Tests.Contract;

/// <summary>Every refusal to the byte, over MQTT and over REST; none changes the shadow or is told to anybody else.</summary>
internal sealed class ErrorTableTests
{
    private const string Before = """{"state":{"desired":{"led":1}}}""";

    private static readonly Dictionary<int, string> s_exceptions = new()
    {
        [400] = "InvalidRequestException",
        [404] = "ResourceNotFoundException",
        [409] = "ConflictException",
        [413] = "RequestEntityTooLargeException",
        [415] = "UnsupportedDocumentEncodingException",
    };

    private ShadowHost _host = null!;
    private ShadowWeb _web = null!;

    private static IEnumerable<TestCaseData> Rows => ErrorTable.Rows.Select(row => new TestCaseData(row).SetArgDisplayNames(row.ToString()));

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await ShadowHost.StartAsync();
        _web = await ShadowWeb.StartAsync(_host);
        await _host.Broker.Send("$aws/things/T/shadow/update", Before);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _web.DisposeAsync();
        await _host.DisposeAsync();
    }

    [SetUp]
    public void ForgetWhatWasPublished() => _host.Broker.Published.Clear();

    [TearDown]
    public async Task TheShadowIsAsItWas() =>
        Assert.That((await _web.SendAsync(HttpMethod.Get, "/things/T/shadow")).Text, Does.StartWith("""{"state":{"desired":{"led":1},"delta":{"led":1}},""").And.Contain("\"version\":1,"));

    [TestCaseSource(nameof(Rows))]
    public async Task Over_MQTT(Refusal row)
    {
        var topic = row.Shadow is null ? $"$aws/things/T/shadow/{row.Operation}" : $"$aws/things/T/shadow/name/{row.Shadow}/{row.Operation}";

        await _host.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse(topic), Payload = row.Body, QualityOfService = QualityOfService.AtLeastOnce });

        Assert.That(_host.Broker.Topics("$aws/#"), Is.EqualTo(new[] { topic, $"{topic}/rejected" }));
        Assert.That(_host.Broker.On($"{topic}/rejected").Single(), Is.EqualTo(Document(row, row.Message, row.Token)));
    }

    [TestCaseSource(nameof(Rows))]
    public async Task Over_REST(Refusal row)
    {
        var path = row.Shadow is null ? "/things/T/shadow" : $"/things/T/shadow?name={row.Shadow}";
        var method = row.Operation switch { "get" => HttpMethod.Get, "delete" => HttpMethod.Delete, _ => HttpMethod.Post };

        var answer = await _web.SendAsync(method, path, row.Body);

        Assert.That((answer.Status, answer.ErrorType), Is.EqualTo((row.Code, s_exceptions[row.Code])));
        Assert.That(answer.Text, Is.EqualTo(Document(row, row.RestMessage ?? row.Message, row.Token)));
        Assert.That(_host.Broker.Published, Is.Empty, "a refusal over REST is not published");
    }

    [TestCase("get", "", "")]
    [TestCase("get", """{"clientToken":"64"}""", "64")]
    [TestCase("delete", "", "")]
    [TestCase("delete", """{"clientToken":"64"}""", "64")]
    public async Task A_classic_shadow_that_is_not_is_404_with_the_clouds_bytes(string operation, string body, string token)
    {
        var full = token.Length == 0 ? "" : new string('\u00E4', 32); // 64 bytes
        await _host.Broker.Send($"$aws/things/none/shadow/{operation}", body.Replace("64", full, StringComparison.Ordinal));

        var start = token.Length == 0 ? "{" : $"{{\"clientToken\":\"{full}\",";
        Assert.That(_host.Broker.On($"$aws/things/none/shadow/{operation}/rejected").Single(), Is.EqualTo(start + "\"code\":404,\"message\":\"No shadow exists with name: 'none'\"}"));
    }

    [TestCase("get")]
    [TestCase("delete")]
    public async Task A_token_of_65_bytes_is_refused_by_every_operation(string operation)
    {
        await _host.Broker.Send($"$aws/things/T/shadow/{operation}", $"{{\"clientToken\":\"{new string('x', 65)}\"}}");

        Assert.That(_host.Broker.On($"$aws/things/T/shadow/{operation}/rejected").Single(), Is.EqualTo($"{{\"code\":400,\"message\":\"Invalid clientToken\",\"timestamp\":{_host.Now}}}"));
    }

    [TestCase("PUT")]
    [TestCase("PATCH")]
    public async Task Another_verb_is_405(string method)
    {
        var answer = await _web.SendAsync(new HttpMethod(method), "/things/T/shadow", Encoding.UTF8.GetBytes(Before));

        Assert.That((answer.Status, answer.ErrorType), Is.EqualTo((405, "MethodNotAllowedException")));
    }

    private string Document(Refusal row, string message, string? token)
    {
        var start = token is null ? "{" : $"{{\"clientToken\":\"{token}\",";
        return $"{start}\"code\":{row.Code},\"message\":\"{message}\"" + (row.Code == 404 ? "}" : $",\"timestamp\":{_host.Now}}}");
    }
}
