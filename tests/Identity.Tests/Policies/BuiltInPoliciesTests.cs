using Roost.Identity.Policies;
using Roost.Identity.Policies.Access;
using Roost.Mqtt;

namespace Roost.Identity.Tests.Policies;

public sealed class BuiltInPoliciesTests
{
    [TestCase("vac-1", ExpectedResult = true)]
    [TestCase("vac-1.camera", ExpectedResult = true)]
    [TestCase("vac-1.", ExpectedResult = true)]
    [TestCase("vac-10", ExpectedResult = false)]
    [TestCase("vac-1-left", ExpectedResult = false)]
    [TestCase("vac-2", ExpectedResult = false)]
    [TestCase("VAC-1", ExpectedResult = false)]
    [TestCase("", ExpectedResult = false)]
    [TestCase("*", ExpectedResult = false)]
    public bool A_thing_connects_under_its_own_name_and_no_others(string clientId) =>
        OfThing(clientId).Allows("iot:Connect", $"client/{clientId}");

    [TestCase("robots/vac-1", ExpectedResult = true)]
    [TestCase("robots/vac-1/telemetry", ExpectedResult = true)]
    [TestCase("robots/vac-1/a/b/c", ExpectedResult = true)]
    [TestCase("robots/vac-10/telemetry", ExpectedResult = false)]
    [TestCase("robots/vac-1-left/telemetry", ExpectedResult = false)]
    [TestCase("robots", ExpectedResult = false)]
    [TestCase("$aws/things/vac-1/shadow/get", ExpectedResult = true)]
    [TestCase("$aws/things/vac-1/shadow/name/map/update", ExpectedResult = true)]
    [TestCase("$aws/things/vac-1/shadow/update/accepted", ExpectedResult = false)]
    [TestCase("$aws/things/vac-10/shadow/get", ExpectedResult = false)]
    [TestCase("$aws/things/vac-10/shadow/name/vac-1/shadow/get", ExpectedResult = false)]
    [TestCase("$SYS/broker/uptime", ExpectedResult = false)]
    [TestCase("$roost/certificates/renew", ExpectedResult = true)]
    [TestCase("$roost/certificates/renew/accepted", ExpectedResult = false)]
    public bool A_thing_publishes_to_its_own_topics(string topic) =>
        OfThing("vac-1").ForMqtt.MayPublish(TopicName.Parse(topic), retain: false);

    [TestCase("$aws/things/vac-1/shadow/get/+", ExpectedResult = true)]
    [TestCase("$aws/things/vac-1/shadow/name/map/delete/+", ExpectedResult = true)]
    [TestCase("$aws/things/vac-1/shadow/#", ExpectedResult = true)]
    [TestCase("$aws/things/+/shadow/get/accepted", ExpectedResult = false)]
    [TestCase("robots/vac-1/#", ExpectedResult = true)]
    [TestCase("robots/vac-1/+", ExpectedResult = true)]
    [TestCase("robots/+/telemetry", ExpectedResult = false)]
    [TestCase("robots/#", ExpectedResult = false)]
    [TestCase("#", ExpectedResult = false)]
    [TestCase("+/vac-1/x", ExpectedResult = false)]
    public bool A_thing_subscribes_to_its_own_topics(string filter) =>
        OfThing("vac-1").ForMqtt.MaySubscribe(TopicFilter.Parse(filter), null);

    [TestCase("iot:GetThingShadow", "thing/vac-1", ExpectedResult = true)]
    [TestCase("iot:UpdateThingShadow", "thing/vac-1/map", ExpectedResult = true)]
    [TestCase("iot:GetThingShadow", "thing/vac-10", ExpectedResult = false)]
    [TestCase("lambda:InvokeFunction", "function:echo", ExpectedResult = false)]
    [TestCase("roost:Read", "api/v1/things", ExpectedResult = false)]
    public bool A_thing_reaches_its_own_shadows(string action, string resource) => OfThing(null).Allows(action, resource);

    [Test]
    public void An_app_cannot_take_the_client_identifier_of_any_thing()
    {
        var rights = Rights(BuiltInPolicies.AppDefault, SomePolicy.User("ann"), null, null);

        Assert.That(rights.Allows("iot:Connect", "client/app/ann"), Is.True);
        Assert.That(rights.Allows("iot:Connect", "client/vac-1"), Is.False);
        Assert.That(rights.Allows("iot:Connect", "client/app"), Is.False, "a thing may be called app");
        Assert.That(rights.ForMqtt.MayPublish(TopicName.Parse("robots/vac-1/go"), false), Is.False);
        Assert.That(rights.ForMqtt.MayReceive(TopicName.Parse("robots/vac-1/telemetry")), Is.True);
        Assert.That(rights.Allows("lambda:InvokeFunction", "function:echo"), Is.True);
        Assert.That(rights.Allows("lambda:DeleteFunction", "function:echo"), Is.False);
        Assert.That(rights.Allows("roost:Write", "api/v1/policies"), Is.False);
    }

    [Test]
    public void An_administrator_may_do_everything()
    {
        var rights = Rights(BuiltInPolicies.Admin, SomePolicy.User("root"), null, null);

        Assert.That(rights.Allows("roost:Write", "api/v1/policies"), Is.True);
        Assert.That(rights.Allows("iot:ListRetainedMessages", "*"), Is.True);
        Assert.That(rights.ForMqtt.MaySubscribe(TopicFilter.Parse("#"), "all"), Is.True);
        Assert.That(rights.ForMqtt.ChecksReceived, Is.False, "nothing to ask when all of it may be received");
    }

    [TestCase("$aws/certificates/create/json", ExpectedResult = true)]
    [TestCase("$aws/certificates/create-from-csr/json", ExpectedResult = true)]
    [TestCase("$aws/provisioning-templates/floor/provision/json", ExpectedResult = true)]
    [TestCase("$aws/certificates/create/json/accepted", ExpectedResult = false, Description = "a forged answer would give another device a key that is known")]
    [TestCase("$aws/certificates/create-from-csr/json/accepted", ExpectedResult = false)]
    [TestCase("$aws/provisioning-templates/floor/provision/json/accepted", ExpectedResult = false)]
    [TestCase("robots/vac-1/x", ExpectedResult = false)]
    [TestCase("$aws/things/vac-1/shadow/update", ExpectedResult = false)]
    public bool A_claim_provisions_and_does_nothing_else(string topic) =>
        Rights(BuiltInPolicies.ClaimDefault, SomePolicy.CertificateOf(thing: null), null, "serial-1").ForMqtt.MayPublish(TopicName.Parse(topic), false);

    [TestCase("$aws/provisioning-templates/floor/provision/json", ExpectedResult = false, Description = "another device's request, with its token")]
    [TestCase("$aws/provisioning-templates/floor/provision/json/accepted", ExpectedResult = true)]
    [TestCase("$aws/certificates/create/json/rejected", ExpectedResult = true)]
    public bool A_claim_hears_answers_and_nobodys_requests(string topic) =>
        Rights(BuiltInPolicies.ClaimDefault, SomePolicy.CertificateOf(thing: null), null, "serial-1").ForMqtt.MayReceive(TopicName.Parse(topic));

    [Test]
    public void The_default_of_things_gives_nothing_to_who_is_no_thing()
    {
        var rights = Rights(BuiltInPolicies.ThingDefault, SomePolicy.User("ann"), null, "x");

        Assert.That(rights.Allows("iot:Connect", "client/"), Is.False);
        Assert.That(rights.Allows("iot:Connect", "client/.x"), Is.False);
        Assert.That(rights.ForMqtt.MayPublish(TopicName.Parse("robots//x"), false), Is.False);
    }

    private static AccessRights OfThing(string? clientId) =>
        Rights(BuiltInPolicies.ThingDefault, SomePolicy.CertificateOf("vac-1"), new ThingDescription { Name = "vac-1" }, clientId);

    private static AccessRights Rights(string policy, Principal principal, ThingDescription? thing, string? clientId) =>
        new([new(policy, principal.Id, BuiltInPolicies.All[policy].Document)], new PolicyVariables(principal, new ConnectionFacts(clientId, null), thing));
}
