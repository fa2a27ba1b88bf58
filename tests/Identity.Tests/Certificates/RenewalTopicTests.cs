using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Identity.Certificates;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Certificates;

public sealed class RenewalTopicTests
{
    private IdentityRig _rig = null!;
    private RenewalTopic _topic = null!;
    private Principal _principal = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _rig = await IdentityRig.StartAsync();
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        using var certificate = X509Certificate2.CreateFromPem((await _rig.Certificates.IssueAsync(new CertificateOrder { Thing = "vac-1" }, ChangedBy.Local)).Certificate);
        _principal = (await _rig.Checks.CheckAsync(certificate, [], default)).Principal!;
        _topic = new RenewalTopic(_rig.Get<ClientCertificates>(), _rig.Broker, NullLogger<RenewalTopic>.Instance);
        await _topic.StartAsync(default);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _topic.StopAsync(default);
        _topic.Dispose();
        await _rig.DisposeAsync();
    }

    [Test]
    public async Task A_device_is_given_a_certificate_for_its_own_key_and_nobody_else_sees_it()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var client = Client(_principal);

        var answer = await AskAsync(client, JsonSerializer.Serialize(new { certificateSigningRequest = Forge.Request(key, HashAlgorithmName.SHA256, "CN=admin") }));

        Assert.That(answer.Topic.ToString(), Is.EqualTo("$roost/certificates/renew/accepted"));
        Assert.That(answer.OnlyTo, Is.SameAs(client));
        using var told = JsonDocument.Parse(answer.Payload);
        using var renewed = X509Certificate2.CreateFromPem(told.RootElement.GetProperty("certificatePem").GetString());
        Assert.That((await _rig.Checks.CheckAsync(renewed, [], default)).Principal?.Thing, Is.EqualTo("vac-1"));
        Assert.That(_rig.Certificates.Find(_principal.Name)!.EndsAt, Is.Not.Null);
    }

    [TestCase("", 400)]
    [TestCase("{}", 400)]
    [TestCase("[]", 400)]
    [TestCase("{\"certificateSigningRequest\":7}", 400)]
    [TestCase("{\"certificateSigningRequest\":\"\\ud800\"}", 400)]
    [TestCase("{\"certificateSigningRequest\":\"no PEM\"}", 400)]
    public async Task What_is_no_request_is_rejected_with_a_reason(string payload, int status)
    {
        var answer = await AskAsync(Client(_principal), payload);

        Assert.That(answer.Topic.ToString(), Is.EqualTo("$roost/certificates/renew/rejected"));
        using var told = JsonDocument.Parse(answer.Payload);
        Assert.That(told.RootElement.GetProperty("statusCode").GetInt32(), Is.EqualTo(status));
    }

    [Test]
    public async Task Whoever_came_without_a_certificate_is_given_none()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var user = new Principal { Kind = PrincipalKind.User, Name = _principal.Name, Thing = "vac-1" };

        var answer = await AskAsync(Client(user), JsonSerializer.Serialize(new { certificateSigningRequest = Forge.Request(key, HashAlgorithmName.SHA256) }));

        Assert.That(answer.Topic.ToString(), Is.EqualTo("$roost/certificates/renew/rejected"));
        Assert.That(_rig.Certificates.Of("vac-1"), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_thing_may_ask_and_not_answer()
    {
        _rig.Get<IPolicyAttachments>().AttachAsync("thing-default", "thing/vac-1", ChangedBy.Local).GetAwaiter().GetResult();
        var rights = _rig.Get<IPolicyAuthority>().RightsOf(_principal, new ConnectionFacts("vac-1", null));

        Assert.That(rights.Allows("iot:Publish", "topic/$roost/certificates/renew"), Is.True);
        Assert.That(rights.Allows("iot:Receive", "topic/$roost/certificates/renew/accepted"), Is.True);
        Assert.That(rights.Allows("iot:Publish", "topic/$roost/certificates/renew/accepted"), Is.False, "others would take it for the gateway's");
        Assert.That(rights.Allows("iot:Receive", "topic/$roost/certificates/renew"), Is.False);
    }

    private static ConnectedClient Client(Principal principal) => new() { ClientIdentifier = "vac-1", Tag = principal, ListenerName = "tls", RemoteEndPoint = "192.0.2.1:5" };

    private async Task<MqttMessage> AskAsync(ConnectedClient client, string payload)
    {
        var message = new PublishedMessage(TopicName.Parse(RenewalTopic.Topic), Encoding.UTF8.GetBytes(payload), QualityOfService.AtLeastOnce, retain: false, "vac-1", properties: null) { Client = client };
        await _topic.Handle(message);
        await Eventually.IsTrueAsync(() => _rig.Broker.Messages.Count > 0, "an answer");
        return _rig.Broker.Messages.Single();
    }
}
