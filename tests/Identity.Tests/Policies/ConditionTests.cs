using System.Text.Json.Nodes;

namespace Roost.Identity.Tests.Policies;

public sealed class ConditionTests
{
    private static readonly ThingDescription _thing = new()
    {
        Name = "vac-1", TypeName = "Vacuum", Groups = ["cleaners", "floor-2"], Attributes = new Dictionary<string, string> { ["firmware"] = "12.5", ["room"] = "kitchen" },
    };

    [TestCase("""{ "StringEquals": { "iot:Connection.Thing.ThingTypeName": ["Mop", "Vacuum"] } }""", true, true)]
    [TestCase("""{ "StringEquals": { "iot:Connection.Thing.ThingTypeName": "vacuum" } }""", false, false)]
    [TestCase("""{ "StringEqualsIgnoreCase": { "iot:Connection.Thing.ThingTypeName": "vacuum" } }""", true, true)]
    [TestCase("""{ "StringNotEquals": { "iot:Connection.Thing.ThingTypeName": ["Mop", "Vacuum"] } }""", false, false)]
    [TestCase("""{ "StringNotEquals": { "iot:Connection.Thing.ThingTypeName": "Mop" } }""", true, true)]
    [TestCase("""{ "StringLike": { "iot:ClientId": "vac-?" } }""", true, true)]
    [TestCase("""{ "StringEquals": { "iot:ClientId": "vac-?" } }""", false, false)]
    [TestCase("""{ "StringNotLike": { "iot:ClientId": "vac-*" } }""", false, false)]
    [TestCase("""{ "StringEquals": { "iot:ClientId": "${iot:Connection.Thing.ThingName}" } }""", true, true)]
    [TestCase("""{ "NumericGreaterThanEquals": { "iot:Connection.Thing.Attributes[firmware]": 12.5 } }""", true, true)]
    [TestCase("""{ "NumericLessThan": { "iot:Connection.Thing.Attributes[firmware]": "9" } }""", false, false)]
    [TestCase("""{ "Bool": { "iot:Connection.Thing.IsAttached": true } }""", true, true)]
    [TestCase("""{ "IpAddress": { "aws:SourceIp": ["10.0.0.0/8", "192.168.1.0/24"] } }""", true, true)]
    [TestCase("""{ "IpAddress": { "aws:SourceIp": "192.168.1.17" } }""", true, true)]
    [TestCase("""{ "NotIpAddress": { "aws:SourceIp": "192.168.1.0/24" } }""", false, false)]
    [TestCase("""{ "IpAddress": { "aws:SourceIp": "::/0" } }""", false, false)]
    [TestCase("""{ "StringEquals": { "iot:ClientId": "vac-1" }, "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } }""", false, false, Description = "all of them have to hold")]
    [TestCase("""{ "ForAnyValue:StringEquals": { "roost:Connection.Thing.Groups": ["cleaners", "mowers"] } }""", true, true)]
    [TestCase("""{ "ForAllValues:StringEquals": { "roost:Connection.Thing.Groups": ["cleaners", "mowers"] } }""", false, false)]
    [TestCase("""{ "ForAllValues:StringLike": { "roost:Connection.Thing.Groups": ["c*", "f*"] } }""", true, true)]
    [TestCase("""{ "ForAnyValue:StringNotEquals": { "roost:Connection.Thing.Groups": "cleaners" } }""", true, true)]
    [TestCase("""{ "Null": { "iot:Connection.Thing.Attributes[room]": false } }""", true, true)]

    // What is not known never helps to allow; and a Deny holds where it might.
    [TestCase("""{ "StringEquals": { "iot:Connection.Thing.Attributes[none]": "x" } }""", false, false)]
    [TestCase("""{ "StringNotEquals": { "iot:Connection.Thing.Attributes[none]": "x" } }""", false, true)]
    [TestCase("""{ "StringEqualsIfExists": { "iot:Connection.Thing.Attributes[none]": "x" } }""", true, true)]
    [TestCase("""{ "Null": { "iot:Connection.Thing.Attributes[none]": "true" } }""", true, true)]
    [TestCase("""{ "NumericLessThan": { "iot:Connection.Thing.Attributes[room]": 7 } }""", false, false)]
    [TestCase("""{ "NumericNotEquals": { "iot:Connection.Thing.Attributes[room]": 7 } }""", false, true)]
    [TestCase("""{ "StringEquals": { "iot:ClientId": "${iot:Connection.Thing.Attributes[none]}" } }""", false, true)]
    [TestCase("""{ "StringNotEquals": { "iot:ClientId": "${iot:Connection.Thing.Attributes[none]}" } }""", false, true)]
    public void It_holds_as_IAM_has_it(string condition, bool holdsForAllow, bool holdsForDeny)
    {
        var allow = new { Effect = "Allow", Action = "iot:Publish", Resource = "*", Condition = JsonNode.Parse(condition) };
        var deny = new { Effect = "Deny", Action = "iot:Publish", Resource = "*", Condition = JsonNode.Parse(condition) };

        Assert.That(Allows(allow), Is.EqualTo(holdsForAllow), "Allow");
        Assert.That(Allows(SomePolicy.Allow("*", "*"), deny), Is.EqualTo(!holdsForDeny), "Deny");
    }

    private static bool Allows(params object[] statements) =>
        SomePolicy.Rights(SomePolicy.CertificateOf("vac-1"), _thing, "vac-1", "::ffff:192.168.1.17", statements).Allows("iot:Publish", "topic/x");
}
