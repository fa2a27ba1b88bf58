using Roost.Identity.Policies.Documents;

namespace Roost.Identity.Tests.Policies;

public sealed class PolicyReaderTests
{
    private const string Start = """{ "Version": "2012-10-17", "Statement": """;

    [Test]
    public void A_policy_of_AWS_is_taken_as_it_is()
    {
        var document = PolicyReader.Read(
            """
            {
              "Version": "2012-10-17",
              "Id": "site",
              "Statement": [
                { "Sid": "Connect", "Effect": "Allow", "Action": ["iot:Connect"], "Resource": ["arn:aws:iot:us-east-1:123456789012:client/${iot:Connection.Thing.ThingName}"],
                  "Condition": { "Bool": { "iot:Connection.Thing.IsAttached": ["true"] }, "IpAddress": { "aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"] } } },
                { "Effect": "Deny", "Action": "iot:*", "Resource": "arn:aws-cn:iot:cn-north-1:123456789012:topic/secret/?" }
              ]
            }
            """,
            out var faults);

        Assert.That(faults, Is.Empty);
        Assert.That(document!.Statements[0].Title, Is.EqualTo("statement 1 (Connect)"));
        Assert.That(document.Statements[0].Conditions, Has.Count.EqualTo(2));
        Assert.That(document.Statements[1].IsDeny, Is.True);
        Assert.That(document.Statements[1].Actions, Does.Contain("iot:Subscribe").And.Not.Contain("lambda:InvokeFunction"));
    }

    /// <summary>Whoever writes it believes that something is denied.</summary>
    [TestCase("iot:Receive", "iot:*:*:topic/secret/#", "no topic holds")]
    [TestCase("iot:*", "iot:*:*:topic/secret/+", "no topic holds")]
    [TestCase("iot:Subscribe", "iot:*:*:topicfilter/robots/secret/#", "none that brings the same")]
    [TestCase("iot:Subscribe", "iot:*:*:topicfilter/robots/+/secret", "none that brings the same")]
    [TestCase("iot:Subscribe", "iot:*:*:topic/secret/*", "topicfilter/...")]
    [TestCase("iot:Publish", "iot:*:*:topicfilter/x", "topic/...")]
    [TestCase("iot:Connect", "iot:*:*:thing/x", "client/...")]
    [TestCase("iot:GetThingShadow", "iot:*:*:topic/${iot:ClientId}", "thing/...")]
    [TestCase("iot:ListRetainedMessages", "iot:*:*:topic/secret", "(*)")]
    [TestCase("lambda:InvokeFunction", "lambda:*:*:function:pay:prod", "as a whole")]
    [TestCase("lambda:*", "lambda:*:*:function:pay:*", "as a whole")]
    [TestCase("lambda:InvokeFunction", "lambda:*:*:functions:pay", "function:...")]
    [TestCase("roost:Read", "roost:*:*:/api/v1/backup", "api/v1/...")]
    public void A_deny_that_could_deny_nothing_is_refused(string action, string resource, string fault)
    {
        Assert.That(PolicyReader.Read(SomePolicy.Of(SomePolicy.Deny(action, $"arn:aws:{resource}")), out var faults), Is.Null);
        Assert.That(faults.Single().ToString(), Does.Contain(fault));
    }

    [TestCase("iot:*", "iot:*:*:topic/secret/*")]
    [TestCase("iot:Subscribe", "iot:*:*:topicfilter/${iot:ClientId}/*")]
    [TestCase("iot:Subscribe", "iot:*:*:*secret*")]
    [TestCase("iot:*", "iot:*:*:topic*")]
    [TestCase("lambda:*", "lambda:*:*:function:prod-*")]
    [TestCase("*", "*:*:*:function:pay")]
    [TestCase("roost:*", "roost:*:*:api/*")]
    [TestCase("roost:GrantToFunction", "roost:*:*:function:pay")]
    [TestCase("roost:ManageIdentity", "roost:*:*:*")]
    public void A_deny_that_denies_something_is_taken(string action, string resource) =>
        Assert.That(PolicyReader.Read(SomePolicy.Of(SomePolicy.Deny(action, $"arn:aws:{resource}")), out var faults), Is.Not.Null, string.Join("; ", faults));

    [Test]
    public void Each_action_that_a_deny_names_is_denied_on_something()
    {
        var text = SomePolicy.Of(new { Effect = "Deny", Action = new[] { "iot:Subscribe", "iot:Receive" }, Resource = "arn:aws:iot:*:*:topic/secret/*" });

        Assert.That(PolicyReader.Read(text, out var faults), Is.Null);
        Assert.That(faults.Single().ToString(), Does.Contain("iot:Subscribe is about topicfilter/..."));
    }

    [Test]
    public void One_statement_needs_no_list() =>
        Assert.That(PolicyReader.Read(Start + """{ "Effect": "Allow", "Action": "*", "Resource": "*" } }""", out _)!.Statements, Has.Count.EqualTo(1));

    [TestCase("", "no valid JSON")]
    [TestCase("[]", "no JSON object")]
    [TestCase("{}", "Version is missing")]
    [TestCase("{}", "Statement is missing")]
    [TestCase("""{ "Version": "2012-10-18", "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } }""", "use 2012-10-17")]
    [TestCase("""{ "version": "2012-10-17", "Statement": [] }""", "Did you mean Version?")]
    [TestCase("""{ "Version": "2012-10-17", "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } }""", "no valid JSON", Description = "the last of two keys would win elsewhere")]
    [TestCase("""{ "Version": "2012-10-17", "\ud800": 1 }""", "half of a character")]
    [TestCase("""{ "Version": "2012-10-17", "Statement": [] }""", "0 statements")]
    [TestCase("""{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } } {}""", "no valid JSON")]
    [TestCase("""{ "Version": "2012-10-17", "Statement": /* all */ { "Effect": "Allow", "Action": "*", "Resource": "*" } }""", "no valid JSON")]
    public void A_document_that_is_not_understood_is_refused(string text, string fault) => Assert.That(FaultsOf(text), Has.Some.Contain(fault));

    [TestCase("""{ "Action": "*", "Resource": "*" }""", "statement 1: Effect is missing")]
    [TestCase("""{ "Effect": "allow", "Action": "*", "Resource": "*" }""", "'allow' is no effect")]
    [TestCase("""{ "Effect": "Deny", "Resource": "*" }""", "Action is missing")]
    [TestCase("""{ "Effect": "Deny", "Action": [], "Resource": "*" }""", "0 entries")]
    [TestCase("""{ "Effect": "Allow", "Action": "iot:Publsh", "Resource": "*" }""", "Did you mean iot:Publish?")]
    [TestCase("""{ "Effect": "Deny", "Action": "iot:publish", "Resource": "*" }""", "Did you mean iot:Publish?")]
    [TestCase("""{ "Effect": "Allow", "Action": "iot:CreateThing", "Resource": "*" }""", "no action of this gateway")]
    [TestCase("""{ "Effect": "Allow", "Action": 7, "Resource": "*" }""", "Action: use a text")]
    [TestCase("""{ "Effect": "Allow", "NotAction": "iot:Publish", "Resource": "*" }""", "NotAction is not known")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "NotResource": "*" }""", "NotResource is not known")]
    [TestCase("""{ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" }""", "Principal is not known")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "topic/a" }""", "is no ARN")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:us-east-1:topic/a" }""", "is no ARN")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::bucket" }""", "service 's3'")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:*:*:topics/a" }""", "Did you mean topic/?")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:*:*:topic" }""", "nothing of this gateway")]
    [TestCase("""{ "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "arn:aws:iot:*:*:topic/a" }""", "fits no action")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:*:*:topic/${iot:ClientID2}" }""", "no variable ${iot:ClientID2}. Did you mean iot:ClientId?")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:*:*:topic/${iot:ClientId" }""", "does not close")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:*:*:topic/${${iot:ClientId}}" }""", "no variable")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:*:*:topic/${iot:ClientId, none}" }""", "single quotes")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:${aws:SourceIp}:*:topic/a" }""", "is no ARN")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:*:*:topic/\uffff" }""", "no characters")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:*:*:topic/\ud800" }""", "half of a character")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "*", "Sid": "a b/c" }""", "Sid")]
    [TestCase("""{ "Effect": "Allow", "Action": "*", "Resource": "*", "Conditions": {} }""", "Did you mean Condition?")]
    public void A_statement_that_is_not_understood_is_refused(string statement, string fault) => Assert.That(FaultsOf(Start + statement + "}"), Has.Some.Contain(fault));

    [TestCase("""[]""", "no JSON object")]
    [TestCase("""{ "StringEqual": { "iot:ClientId": "a" } }""", "Did you mean StringEquals?")]
    [TestCase("""{ "ArnLike": { "iot:ClientId": "a" } }""", "no operator of this gateway")]
    [TestCase("""{ "DateLessThan": { "aws:CurrentTime": "2030-01-01T00:00:00Z" } }""", "no operator of this gateway")]
    [TestCase("""{ "StringEquals": { "iot:ConnectAttributes": "LastWill" } }""", "no such key")]
    [TestCase("""{ "StringEquals": { "aws:PrincipalTag/x": "a" } }""", "no such key")]
    [TestCase("""{ "StringEquals": "a" }""", "no JSON object")]
    [TestCase("""{ "StringEquals": { "iot:ClientId": { } } }""", "use a text")]
    [TestCase("""{ "StringEquals": { "iot:ClientId": null } }""", "use a text")]
    [TestCase("""{ "Bool": { "iot:ClientId": "true" } }""", "no truth value")]
    [TestCase("""{ "Bool": { "iot:Connection.Thing.IsAttached": "yes" } }""", "neither true nor false")]
    [TestCase("""{ "IpAddress": { "aws:SourceIp": "10.0.0.300" } }""", "no network")]
    [TestCase("""{ "IpAddress": { "aws:SourceIp": "10.0.0.7/8" } }""", "no network", Description = "a network's first address, or the rest is ignored silently")]
    [TestCase("""{ "IpAddress": { "iot:ClientId": "10.0.0.7" } }""", "no address")]
    [TestCase("""{ "NumericLessThan": { "iot:Connection.Thing.Attributes[n]": "ten" } }""", "no number")]
    [TestCase("""{ "StringEquals": { "roost:Connection.Thing.Groups": "a" } }""", "write ForAnyValue:StringEquals")]
    [TestCase("""{ "ForAllValues:StringEquals": { "iot:ClientId": "a" } }""", "write StringEquals")]
    [TestCase("""{ "NullIfExists": { "iot:ClientId": "true" } }""", "no operator")]
    [TestCase("""{ "Null": { "iot:ClientId": "${iot:ClientId}" } }""", "true or false")]
    public void A_condition_that_is_not_understood_is_refused_and_not_left_out(string condition, string fault) =>
        Assert.That(FaultsOf(Start + $$"""{ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{condition}} } }"""), Has.Some.Contain(fault));

    /// <summary>An attribute cannot hold it.</summary>
    [Test]
    public void Text_that_is_no_Unicode_is_refused() => Assert.That(FaultsOf($$"""{ "Version": "{{'\uD800'}}" }"""), Is.Not.Empty);

    [Test]
    public void An_old_version_does_not_know_variables() => Assert.That(
        FaultsOf("""{ "Version": "2008-10-17", "Statement": { "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:*:*:topic/${iot:ClientId}" } }"""), Has.Some.Contain("use 2012-10-17"));

    [Test]
    public void All_faults_are_told_at_once_each_with_its_place()
    {
        var faults = FaultsOf(Start + """[{ "Sid": "A", "Effect": "Allow", "Action": "iot:X", "Resource": "*" }, { "Sid": "A", "Effect": "Maybe", "Action": "*", "Resource": "x" }] }""");

        Assert.That(faults, Has.Some.StartsWith("statement 1 (A), Action: ").And.Some.StartsWith("statement 2 (A), Effect: ").And.Some.StartsWith("statement 2 (A), Resource: ").And.Some.Contains("'A' is there 2 times"));
    }

    [Test]
    public void What_is_too_large_is_refused_before_it_costs_anything()
    {
        Assert.That(FaultsOf(Start + $$"""{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:*:*:topic/{{new string('a', 100_000)}}" } }"""), Has.One.Contains("use at most 32768"));
        Assert.That(FaultsOf(string.Concat(Enumerable.Repeat("[", 20_000))), Has.One.Contains("no valid JSON"));
        Assert.That(FaultsOf(Start + $"[{string.Join(',', Enumerable.Repeat("""{"Effect":"Allow","Action":"*","Resource":"*"}""", 65))}] }}"), Has.One.Contains("65 statements"));
        Assert.That(FaultsOf(Start + $$"""{ "Effect": "Allow", "Action": "*", "Resource": [{{string.Join(',', Enumerable.Repeat("\"*\"", 129))}}] } }"""), Has.One.Contains("129 entries"));
        Assert.That(FaultsOf(Start + $"[{string.Join(',', Enumerable.Repeat("7", 64))}] }}"), Has.Count.EqualTo(PolicyLimits.MostFaults));
    }

    private static List<string> FaultsOf(string text)
    {
        Assert.That(PolicyReader.Read(text, out var faults), Is.Null);
        return [.. faults.Select(fault => fault.ToString())];
    }
}
