using Roost.Identity.Policies;
using Roost.Mqtt;

namespace Roost.Identity.Tests.Policies;

public sealed class ExplanationTests
{
    private static readonly ThingDescription _thing = new() { Name = "vac-1" };

    [Test]
    public void What_decides_is_named_with_its_variables_filled_in()
    {
        var verdict = Rights(new { Sid = "Own", Effect = "Allow", Action = "iot:Publish", Resource = "arn:aws:iot:*:*:topic/robots/${iot:Connection.Thing.ThingName}/*" }).Explain("iot:Publish", "topic/robots/vac-1/x");

        Assert.That(verdict.IsAllowed, Is.True);
        Assert.That(verdict.Because, Is.EqualTo(new[] { $"p (of {Principal.Id}), statement 1 (Own), allows iot:Publish on topic/robots/vac-1/*" }));
    }

    [Test]
    public void A_deny_comes_first()
    {
        var verdict = Rights(SomePolicy.Allow("*", "*"), SomePolicy.Deny("iot:Publish", "arn:aws:iot:*:*:topic/a?")).Explain("iot:Publish", "topic/ab");

        Assert.That(verdict.IsAllowed, Is.False);
        Assert.That(verdict.Because[0], Does.Contain("statement 2, denies iot:Publish on topic/a?"));
    }

    [Test]
    public void What_is_not_allowed_is_told_what_comes_nearest()
    {
        var verdict = Rights(
            SomePolicy.Allow("iot:Publish", "arn:aws:iot:*:*:topic/site/*"),
            SomePolicy.Allow("iot:Publish", "arn:aws:iot:*:*:topic/robots/${iot:Connection.Thing.ThingName}/*"),
            SomePolicy.Allow("iot:Receive", "arn:aws:iot:*:*:topic/robots/vac-2/x")).Explain("iot:Publish", "topic/robots/vac-2/x");

        Assert.That(verdict.IsAllowed, Is.False);
        Assert.That(verdict.Because[0], Is.EqualTo("No policy allows iot:Publish on topic/robots/vac-2/x"));
        Assert.That(verdict.Because[1], Does.Contain("statement 3, covers topic/robots/vac-2/x, but allows iot:Receive there, not iot:Publish"));
        Assert.That(verdict.Because[2], Does.Contain("statement 2, allows iot:Publish on topic/robots/vac-1/*, not on topic/robots/vac-2/x"));
    }

    [Test]
    public void A_condition_that_does_not_hold_is_told_with_what_is()
    {
        var verdict = Rights(new { Effect = "Allow", Action = "iot:Publish", Resource = "*", Condition = new { IpAddress = new Dictionary<string, string> { ["aws:SourceIp"] = "10.0.0.0/8" } } })
            .Explain("iot:Publish", "topic/a");

        Assert.That(verdict.Because[1], Does.Contain("holds only when IpAddress aws:SourceIp '10.0.0.0/8'; it is 192.168.1.9"));
    }

    [Test]
    public void A_variable_without_a_value_is_told()
    {
        var verdict = Rights(SomePolicy.Allow("iot:Publish", "arn:aws:iot:*:*:topic/${iot:Connection.Thing.Attributes[room]}")).Explain("iot:Publish", "topic/kitchen");

        Assert.That(verdict.Because[1], Does.Contain("${iot:Connection.Thing.Attributes[room]} has no value here"));
    }

    [Test]
    public void Who_has_no_policy_is_told_so() => Assert.That(
        new Roost.Identity.Policies.Access.AccessRights([], new(Principal, new ConnectionFacts(null, null), null)).Explain("iot:Publish", "topic/a").Because.Single(), Does.StartWith("No policy is attached"));

    [Test]
    public void A_share_is_told_which_topic_stands_against_it()
    {
        var rights = Rights(SomePolicy.Allow("iot:Subscribe", "*"), SomePolicy.Allow("iot:Receive", "arn:aws:iot:*:*:topic/robots/*"));

        var verdict = rights.ExplainShared("workers", TopicFilter.Parse("robots/#"));

        Assert.That(verdict.IsAllowed, Is.False);
        Assert.That(string.Join('\n', verdict.Because), Does.Contain("'robots' is an example of what may not be received"));
        Assert.That(rights.ExplainShared("workers", TopicFilter.Parse("robots/+")).IsAllowed, Is.True);
    }

    [TestCase("publish", "a/b", "iot:Publish", "topic/a/b")]
    [TestCase("publish", "topic/b", "iot:Publish", "topic/topic/b", Description = "a word takes the bare name")]
    [TestCase("subscribe", "$share/g/a/#", "iot:Subscribe", "topicfilter/a/#")]
    [TestCase("connect", "vac-1", "iot:Connect", "client/vac-1")]
    [TestCase("get-shadow", "vac-1/map", "iot:GetThingShadow", "thing/vac-1/map")]
    [TestCase("invoke", "echo", "lambda:InvokeFunction", "function:echo")]
    [TestCase("read", "/api/v1/status", "roost:Read", "api/v1/status")]
    [TestCase("iot:Publish", "topic/a", "iot:Publish", "topic/a")]
    [TestCase("iot:Publish", "arn:aws:iot:us-east-1:1:topic/a:b", "iot:Publish", "topic/a:b")]
    public void A_question_may_be_asked_in_plain_words(string action, string resource, string askedAction, string askedResource)
    {
        var question = AccessQuestion.Of(action, resource);

        Assert.That((question.Action, question.Resource), Is.EqualTo((askedAction, askedResource)));
    }

    [TestCase("publsh", "a", "Did you mean publish?")]
    [TestCase("iot:CreateThing", "a", "no action of this gateway")]
    [TestCase("publish", "a/#", "no topic")]
    [TestCase("subscribe", "a/#/b", "no topic filter")]
    [TestCase("subscribe", "$share/g", "no shared subscription")]
    [TestCase("iot:Subscribe", "topic/a", "write topicfilter/NAME")]
    [TestCase("connect", "", "nothing that iot:Connect is about")]
    public void A_question_that_makes_no_sense_is_refused(string action, string resource, string fault) =>
        Assert.That(() => AccessQuestion.Of(action, resource), Throws.TypeOf<ChangeRefusedException>().With.Message.Contains(fault));

    private static Principal Principal => SomePolicy.CertificateOf("vac-1");

    private static Roost.Identity.Policies.Access.AccessRights Rights(params object[] statements) => SomePolicy.Rights(Principal, _thing, "vac-1", "192.168.1.9", statements);
}
