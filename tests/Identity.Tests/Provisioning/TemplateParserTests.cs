using Roost.Identity.Provisioning;

namespace Roost.Identity.Tests.Provisioning;

public sealed class TemplateParserTests
{
    private const string Certificate = """ "certificate": { "Type": "AWS::IoT::Certificate", "Properties": { "CertificateId": { "Ref": "AWS::IoT::Certificate::Id" } } } """;

    [Test]
    public void A_template_is_evaluated_with_its_parameters()
    {
        var plan = Some.Parse(Some.Template).Evaluate(Some.Serial("17"), new Dictionary<string, string>(), "c0ffee");

        Assert.That(plan.Thing!.Name, Is.EqualTo("vac-17"));
        Assert.That(plan.Thing.Attributes, Is.EquivalentTo(new Dictionary<string, string> { ["site"] = "home", ["label"] = "home/17" }));
        Assert.That(plan.Policies, Is.EqualTo(new[] { "thing-default" }));
        Assert.That(plan.DeviceConfiguration["id"], Is.EqualTo("c0ffee"));
    }

    [Test]
    public void Values_are_put_in_as_they_are_and_never_looked_into_again()
    {
        var plan = Some.Parse(Some.Template).Evaluate(Some.Serial("${Site}*\"}{../#"), new Dictionary<string, string>(), "c");

        Assert.That(plan.Thing!.Name, Is.EqualTo("vac-${Site}*\"}{../#"), "which no thing can be called");
    }

    [Test]
    public void The_hooks_word_goes_before_the_devices_and_that_before_the_default()
    {
        var template = Some.Parse(Some.Template);
        var given = new Dictionary<string, string> { ["SerialNumber"] = "1", ["Site"] = "device" };

        Assert.That(template.Evaluate(given, new Dictionary<string, string>(), "c").Thing!.Attributes["site"], Is.EqualTo("device"));
        Assert.That(template.Evaluate(given, new Dictionary<string, string> { ["Site"] = "hook" }, "c").Thing!.Attributes["site"], Is.EqualTo("hook"));
    }

    [Test]
    public void A_missing_parameter_is_named() =>
        Assert.That(() => Some.Parse(Some.Template).Evaluate(new Dictionary<string, string>(), new Dictionary<string, string>(), "c"),
            Throws.TypeOf<ProvisioningRefusedException>().With.Message.Contains("SerialNumber"));

    [TestCase("""{"Ref": "Policy"}""")]
    [TestCase("""{"Fn::Sub": "p-${Policy}"}""")]
    [TestCase("""{"Fn::Join": ["", ["p", {"Ref": "Policy"}]]}""")]
    public void A_device_cannot_name_its_own_policy(string name)
    {
        var json = $$"""{ "Parameters": { "Policy": { "Type": "String" } }, "Resources": { {{Certificate}}, "policy": { "Type": "AWS::IoT::Policy", "Properties": { "PolicyName": {{name}} } } } }""";

        Assert.That(() => Some.Parse(json), Throws.TypeOf<ChangeRefusedException>().With.Message.Contains("Resources.policy.Properties.PolicyName has to be written out"));
        var withHook = Some.Parse(json, hasHook: true);
        Assert.That(() => withHook.Evaluate(new Dictionary<string, string> { ["Policy"] = "admin" }, new Dictionary<string, string>(), "c"),
            Throws.TypeOf<ProvisioningRefusedException>().With.Property("Fault").EqualTo(ProvisioningFault.AccessDenied));
        Assert.That(withHook.Evaluate(new Dictionary<string, string> { ["Policy"] = "admin" }, new Dictionary<string, string> { ["Policy"] = "x" }, "c").Policies.Single(), Does.EndWith("x"));
    }

    [Test]
    public void A_device_cannot_name_its_own_group()
    {
        var json = $$"""{ "Parameters": { "G": { "Type": "String" } }, "Resources": { {{Certificate}}, "t": { "Type": "AWS::IoT::Thing", "Properties": { "ThingName": "x", "ThingGroups": ["floor", {"Ref": "G"}] } } } }""";

        Assert.That(() => Some.Parse(json), Throws.TypeOf<ChangeRefusedException>().With.Message.Contains("Resources.t.Properties.ThingGroups[1]"));
    }

    [TestCase("""[]""", "the template has to be an object")]
    [TestCase("""{"Resources": {}}""", "no AWS::IoT::Certificate")]
    [TestCase("""{"Resources": {}, "Resourses": {}}""", "the template.Resourses is not known here")]
    [TestCase("""{"Resources": {}, "Resources": {}}""", "no valid JSON")]
    [TestCase("""{"Resources": {"a": {"Type": "AWS::S3::Bucket", "Properties": {}}}}""", "Resources.a.Type 'AWS::S3::Bucket' is not known here")]
    [TestCase("""{"Resources": {"a": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument": "{}"}}}}""", "Resources.a.Properties.PolicyDocument is not taken")]
    [TestCase("""{"Resources": {"a": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": {"Ref": "Nobody"}}}}}""", "Resources.a.Properties.ThingName.Ref names 'Nobody'")]
    [TestCase("""{"Resources": {"a": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": {"Fn::Sub": "${Nobody}"}}}}}""", "ThingName.Fn::Sub names 'Nobody'")]
    [TestCase("""{"Resources": {"a": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": {"Fn::Sub": "${"}}}}}""", "without its }")]
    [TestCase("""{"Resources": {"a": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": {"Fn::Select": [0, []]}}}}}""", "Fn::Select is not known here")]
    [TestCase("""{"Resources": {"a": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": "x", "BillingGroup": "b"}}}}""", "BillingGroup is not known here")]
    [TestCase("""{"Resources": {"a": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": "x"}, "OverrideSettings": {"ThingTypeName": "MERGE"}}}}""", "OverrideSettings.ThingTypeName is 'MERGE'")]
    [TestCase("""{"Resources": {"a": {"Type": "AWS::IoT::Certificate", "Properties": {"CertificateId": "abc"}}}}""", "Resources.a.Properties.CertificateId has to be")]
    [TestCase("""{"Parameters": {"AWS::IoT::Certificate::CommonName": {"Type": "String"}}, "Resources": {}}""", "there is only AWS::IoT::Certificate::Id")]
    [TestCase("""{"Parameters": {"x": {"Type": "Number"}}, "Resources": {}}""", "Parameters.x.Type has to be")]
    [TestCase("""{"Resources": """, "no valid JSON (line 1")]
    public void What_is_not_understood_is_refused_with_its_place(string json, string message) =>
        Assert.That(() => Some.Parse(json), Throws.TypeOf<ChangeRefusedException>().With.Message.Contains(message));

    [Test]
    public void A_large_or_deep_template_is_refused()
    {
        Assert.That(() => Some.Parse(new string(' ', 10_241)), Throws.TypeOf<ChangeRefusedException>().With.Message.Contains("10240"));
        Assert.That(() => Some.Parse(string.Concat(Enumerable.Repeat("{\"Resources\":", 2000))), Throws.TypeOf<ChangeRefusedException>());
    }

    [Test]
    public void A_text_that_grows_beyond_its_bound_is_refused()
    {
        var json = $$"""{ "Parameters": { "P": { "Type": "String" } }, "Resources": { {{Certificate}}, "t": { "Type": "AWS::IoT::Thing", "Properties": { "ThingName": {"Fn::Sub": "${P}${P}${P}"} } } } }""";

        Assert.That(() => Some.Parse(json).Evaluate(new Dictionary<string, string> { ["P"] = new string('x', 2000) }, new Dictionary<string, string>(), "c"), Throws.TypeOf<ProvisioningRefusedException>());
    }

    [Test]
    public void Dollars_can_be_written()
    {
        var json = $$"""{ "Resources": { {{Certificate}} }, "DeviceConfiguration": { "x": {"Fn::Sub": ["${!a} ${b}", {"b": "c"}]} } }""";

        Assert.That(Some.Parse(json).Evaluate(new Dictionary<string, string>(), new Dictionary<string, string>(), "c").DeviceConfiguration["x"], Is.EqualTo("${a} c"));
    }
}
