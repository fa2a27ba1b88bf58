using Roost.Mqtt;

namespace Roost.Identity.Tests.Policies;

/// <summary>What comes out of a variable is text: never a wildcard, never a variable, and never nothing.</summary>
public sealed class VariableTests
{
    private static readonly ThingDescription _thing = new()
    {
        Name = "vac-1",
        TypeName = "vacuum",
        Groups = ["cleaners", "floor-2"],
        Attributes = new Dictionary<string, string> { ["room"] = "kitchen", ["star"] = "*", ["empty"] = "" },
    };

    [TestCase("*")]
    [TestCase("?????")]
    [TestCase("+")]
    [TestCase("#")]
    [TestCase("a/b")]
    [TestCase("${iot:ClientId}")]
    [TestCase("${*}")]
    [TestCase("other*")]
    [TestCase("\uFFFF")]
    [TestCase("\uFFFE\uFFFE\uFFFE\uFFFE\uFFFE")]
    [TestCase("\uD800")]
    public void A_client_identifier_means_itself_and_nothing_else(string clientId)
    {
        var rights = OfNobody(clientId, SomePolicy.Allow("iot:*", "arn:aws:iot:*:*:topic/of/${iot:ClientId}/x", "arn:aws:iot:*:*:topicfilter/of/${iot:ClientId}/x"));

        Assert.That(rights.Allows("iot:Publish", "topic/of/other/x"), Is.False);
        Assert.That(rights.Allows("iot:Publish", "topic/of//x"), Is.False);
        Assert.That(rights.ForMqtt.MayPublish(TopicName.Parse("of/other/x"), false), Is.False);
        Assert.That(rights.ForMqtt.MayReceive(TopicName.Parse("of/eve/x")), Is.False);
        Assert.That(rights.ForMqtt.MaySubscribe(TopicFilter.Parse("of/other/x"), null), Is.False);
    }

    /// <summary>AWS IoT warns of this one: whoever connects as + could subscribe to everybody's. The filter is granted as a text, and then delivers nothing.</summary>
    [TestCase("+")]
    [TestCase("#")]
    public void A_client_identifier_that_is_a_wildcard_of_MQTT_brings_nothing_of_others(string clientId)
    {
        var rights = OfNobody(clientId, SomePolicy.Allow("iot:*", "arn:aws:iot:*:*:topic/of/${iot:ClientId}", "arn:aws:iot:*:*:topicfilter/of/${iot:ClientId}")).ForMqtt;

        Assert.That(rights.ChecksReceived, Is.True);
        Assert.That(rights.MayReceive(TopicName.Parse("of/other")), Is.False);
        Assert.That(rights.MaySubscribe(TopicFilter.Parse($"of/{clientId}"), "share"), Is.False, "a share is judged by what it could bring");
    }

    [TestCase("${iot:Connection.Thing.ThingName}", "vac-1")]
    [TestCase("${IOT:connection.thing.thingname}", "vac-1")]
    [TestCase("${iot:Connection.Thing.ThingTypeName}", "vacuum")]
    [TestCase("${iot:Connection.Thing.Attributes[room]}", "kitchen")]
    [TestCase("${iot:Connection.Thing.Attributes[star]}", "*")]
    [TestCase("${iot:Connection.Thing.Attributes[none], 'hall'}", "hall")]
    [TestCase("${iot:Connection.Thing.IsAttached}", "true")]
    [TestCase("${roost:Connection.Thing.Groups}", "cleaners")]
    [TestCase("${roost:Connection.Thing.Groups}", "floor-2")]
    [TestCase("${iot:ClientId}", "vac-1.cam")]
    [TestCase("${aws:SourceIp}", "10.0.0.7")]
    [TestCase("${iot:Certificate.Subject.CommonName}", "robot")]
    [TestCase("${roost:PrincipalKind}", "cert")]
    [TestCase("${*}${?}${$}", "*?$")]
    [TestCase("$aws", "$aws")]
    public void A_variable_has_its_value(string variable, string value)
    {
        var principal = SomePolicy.CertificateOf("vac-1") with { Attributes = new Dictionary<string, string> { ["Certificate.Subject.CommonName"] = "robot" } };
        var rights = SomePolicy.Rights(principal, _thing, "vac-1.cam", "::ffff:10.0.0.7", SomePolicy.Allow("iot:Publish", $"arn:aws:iot:*:*:topic/{variable}/x"));

        Assert.That(rights.Allows("iot:Publish", $"topic/{value}/x"), Is.True);
        Assert.That(rights.Allows("iot:Publish", "topic/other/x"), Is.False);
        Assert.That(rights.Allows("iot:Publish", "topic//x"), Is.False);
    }

    [TestCase("${iot:Connection.Thing.ThingName}")]
    [TestCase("${iot:Connection.Thing.Attributes[room]}")]
    [TestCase("${roost:Connection.Thing.Groups}")]
    [TestCase("${iot:ClientId}")]
    [TestCase("${aws:SourceIp}")]
    [TestCase("${iot:Certificate.Subject.CommonName}")]
    [TestCase("${iot:CertificateId}")]
    public void What_has_no_value_allows_nothing_and_denies_whatever_could_stand_there(string variable)
    {
        var allowed = OfNobody(null, SomePolicy.Allow("iot:Publish", $"arn:aws:iot:*:*:topic/{variable}/x"));
        var denied = OfNobody(null, SomePolicy.Allow("iot:Publish", "*"), SomePolicy.Deny("iot:Publish", $"arn:aws:iot:*:*:topic/{variable}/x"));

        Assert.That(allowed.Allows("iot:Publish", "topic//x"), Is.False);
        Assert.That(allowed.Allows("iot:Publish", $"topic/{variable}/x"), Is.False);
        Assert.That(denied.Allows("iot:Publish", "topic/anything/x"), Is.False);
        Assert.That(denied.Allows("iot:Publish", "topic/anything/y"), Is.True);
    }

    [Test]
    public void An_empty_value_and_one_that_is_too_long_are_none()
    {
        var rights = SomePolicy.Rights(
            SomePolicy.CertificateOf("vac-1"),
            _thing,
            new string('a', 1025),
            null,
            SomePolicy.Allow("iot:Publish", "arn:aws:iot:*:*:topic/${iot:Connection.Thing.Attributes[empty]}/x", "arn:aws:iot:*:*:topic/${iot:ClientId}/y"));

        Assert.That(rights.Allows("iot:Publish", "topic//x"), Is.False);
        Assert.That(rights.Allows("iot:Publish", $"topic/{new string('a', 1025)}/y"), Is.False);
    }

    private static Roost.Identity.Policies.Access.AccessRights OfNobody(string? clientId, params object[] statements) => SomePolicy.Rights(SomePolicy.User("eve"), null, clientId, null, statements);
}
