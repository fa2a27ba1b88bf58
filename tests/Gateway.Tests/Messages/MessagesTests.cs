using System.Net;
using System.Text;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Messages;

public sealed class MessagesTests
{
    private TemporaryFolder _folder = null!;
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _daemon = await DaemonProcess.StartAsync(_folder["data"]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("/topics/a%2Fb%20c%2F%24d?qos=1", "a/b c/$d", Description = "as AWS's SDKs send it")]
    [TestCase("/topics/a/b?qos=1", "a/b")]
    [TestCase("/topics/a%252Fb", "a%2Fb")]
    public async Task A_topic_is_one_encoded_segment_or_plain(string target, string topic)
    {
        await using var subscriber = await Mosquitto.SubscribeAsync(_daemon.MqttPort, "#");

        using var response = await PostAsync(target, "hi");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await subscriber.ReceivesAsync($"{topic} hi");
    }

    [TestCase("/topics/a?qos=2", "qos is 0 or 1")]
    [TestCase("/topics/a?retain=1", "retain is true or false")]
    [TestCase("/topics/a?messageExpiry=soon", "messageExpiry")]
    [TestCase("/topics/a?responseTopic=%23", "responseTopic")]
    [TestCase("/topics/a%2F%23", "no topic name")]
    [TestCase("/topics/%ff%fe", "no topic name", Description = "bytes that are no UTF-8")]
    [TestCase("/topics/a%2", "no topic name")]
    [TestCase("/topics/a?contentType=a%00b", "contentType holds U+0000")]
    public async Task What_is_wrong_is_said_in_the_form_of_aws(string target, string expected)
    {
        using var response = await PostAsync(target, "hi");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(response.Headers.GetValues("x-amzn-ErrorType"), Is.EqualTo(new[] { "InvalidRequestException" }));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(expected));
    }

    [TestCase("""[{"k":"a\u0000b"}]""", "x-amz-mqtt5-user-properties holds U+0000")]
    [TestCase("""[{"a\u0000b":"v"}]""", "x-amz-mqtt5-user-properties holds U+0000")]
    [TestCase("""[{"k":"\ud800"}]""", "is not base64 of a JSON list")]
    public async Task User_properties_that_mqtt_cannot_carry_are_refused(string json, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/topics/a");
        request.Headers.Add("x-amz-mqtt5-user-properties", Convert.ToBase64String(Encoding.UTF8.GetBytes(json)));

        using var response = await _daemon.Http.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(expected));
    }

    [TestCase(256 * 1024, HttpStatusCode.RequestEntityTooLarge, Description = "with its header it is larger than mqtt.limits.max-packet")]
    [TestCase(300_000, HttpStatusCode.RequestEntityTooLarge)]
    [TestCase(256 * 1024 - 100, HttpStatusCode.OK)]
    public async Task A_message_is_as_large_as_a_packet_at_most(int bytes, HttpStatusCode expected)
    {
        using var response = await _daemon.Http.PostAsync("/topics/size", new ByteArrayContent(new byte[bytes]));

        Assert.That(response.StatusCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_listener_gets_messages_as_events_with_their_properties()
    {
        using var stream = new StreamReader(await _daemon.Http.GetStreamAsync("/api/v1/messages?filter=x/%2B&filter=y"));
        Assert.That(await stream.ReadLineAsync(), Is.EqualTo(": subscribed"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/topics/x%2Fz?qos=1&contentType=text/plain&responseTopic=back") { Content = new StringContent("it's ü") };
        request.Headers.Add("x-amz-mqtt5-user-properties", Convert.ToBase64String(Encoding.UTF8.GetBytes("""[{"k":"v"},{"k":"w"}]""")));

        using var response = await _daemon.Http.SendAsync(request);
        await stream.ReadLineAsync();

        Assert.That(response.IsSuccessStatusCode, Is.True);
        Assert.That(
            await stream.ReadLineAsync(),
            Is.EqualTo("""data: {"topic":"x/z","qos":1,"retain":false,"payload":"it's ü","contentType":"text/plain","responseTopic":"back","userProperties":[{"k":"v"},{"k":"w"}]}"""));
    }

    [Test]
    public async Task Bytes_that_are_no_text_come_as_base64()
    {
        using var stream = new StreamReader(await _daemon.Http.GetStreamAsync("/api/v1/messages?filter=bytes"));
        await stream.ReadLineAsync();
        using var response = await _daemon.Http.PostAsync("/topics/bytes", new ByteArrayContent([0xFF, 0x00]));
        await stream.ReadLineAsync();

        Assert.That(await stream.ReadLineAsync(), Does.Contain("\"payloadBase64\":\"/wA=\""));
    }

    [TestCase("/api/v1/messages")]
    [TestCase("/api/v1/messages?filter=a/%23/b")]
    public async Task A_listener_without_a_valid_filter_is_refused(string path)
    {
        using var response = await _daemon.Http.GetAsync(path);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    private Task<HttpResponseMessage> PostAsync(string target, string body) => _daemon.Http.PostAsync(
        new Uri($"{_daemon.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }),
        new StringContent(body));
}
