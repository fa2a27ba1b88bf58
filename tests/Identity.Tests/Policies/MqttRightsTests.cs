using Roost.Identity.Policies.Access;
using Roost.Mqtt;

namespace Roost.Identity.Tests.Policies;

public sealed class MqttRightsTests
{
    private const string T = "arn:aws:iot:*:*:topic/";
    private const string F = "arn:aws:iot:*:*:topicfilter/";

    [TestCase("robots/*", "robots/#", ExpectedResult = true, Description = "as AWS IoT has it")]
    [TestCase("robots/*", "robots/+/state", ExpectedResult = true)]
    [TestCase("robots/*", "robots", ExpectedResult = false)]
    [TestCase("robots/*", "#", ExpectedResult = false)]
    [TestCase("robots/*", "+/#", ExpectedResult = false)]
    [TestCase("robots/+/state", "robots/+/state", ExpectedResult = true)]
    [TestCase("robots/+/state", "robots/vac-1/state", ExpectedResult = false, Description = "+ is no wildcard in a policy")]
    [TestCase("robots/#", "robots/a", ExpectedResult = false, Description = "neither is #")]
    [TestCase("*", "#", ExpectedResult = true)]
    [TestCase("*", "$SYS/#", ExpectedResult = true, Description = "* covers topics that begin with $, as in AWS IoT")]
    public bool A_filter_is_compared_as_a_text(string policy, string filter) => Rights(SomePolicy.Allow("iot:Subscribe", F + policy)).MaySubscribe(TopicFilter.Parse(filter), null);

    /// <summary>? stands for one character of a name; a wildcard of a filter is none.</summary>
    [TestCase("robots/?/state", "robots/+/state", ExpectedResult = false)]
    [TestCase("robots/?", "robots/#", ExpectedResult = false)]
    [TestCase("robots/?", "robots/a", ExpectedResult = true)]
    [TestCase("robots/??", "robots/+", ExpectedResult = false)]
    [TestCase("?", "#", ExpectedResult = false)]
    public bool A_question_mark_grants_no_wildcard(string policy, string filter) => Rights(SomePolicy.Allow("iot:Subscribe", F + policy)).MaySubscribe(TopicFilter.Parse(filter), null);

    /// <summary>A Deny of ? denies the wildcards with it: what they bring would match it.</summary>
    [Test]
    public void A_question_mark_denies_the_wildcard_too() =>
        Assert.That(Rights(SomePolicy.Allow("iot:Subscribe", "*"), SomePolicy.Deny("iot:Subscribe", F + "robots/?")).MaySubscribe(TopicFilter.Parse("robots/+"), null), Is.False);

    [Test]
    public void A_filter_brings_only_what_may_be_received()
    {
        var rights = Rights(SomePolicy.Allow("iot:Subscribe", "*"), SomePolicy.Allow("iot:Receive", T + "robots/*"), SomePolicy.Deny("iot:Receive", T + "robots/secret/*"));

        Assert.That(rights.MaySubscribe(TopicFilter.Parse("#"), null), Is.True);
        Assert.That(rights.ChecksReceived, Is.True);
        Assert.That(rights.MayReceive(TopicName.Parse("robots/vac-1")), Is.True);
        Assert.That(rights.MayReceive(TopicName.Parse("robots/secret/x")), Is.False);
        Assert.That(rights.MayReceive(TopicName.Parse("robots")), Is.False, "robots/# matches it, robots/* does not");
        Assert.That(rights.MayReceive(TopicName.Parse("site")), Is.False);
    }

    /// <summary>A filter that was denied by its name cannot be had in another spelling: what it would bring is for Receive to deny.</summary>
    [Test]
    public void A_deny_of_a_filter_denies_that_filter()
    {
        var rights = Rights(SomePolicy.Allow("iot:Subscribe", "*"), SomePolicy.Deny("iot:Subscribe", F + "secret/*"), SomePolicy.Allow("iot:Receive", "*"), SomePolicy.Deny("iot:Receive", T + "secret/*"));

        Assert.That(rights.MaySubscribe(TopicFilter.Parse("secret/a"), null), Is.False);
        Assert.That(rights.MaySubscribe(TopicFilter.Parse("+/a"), null), Is.True);
        Assert.That(rights.MayReceive(TopicName.Parse("secret/a")), Is.False);
        Assert.That(rights.MaySubscribe(TopicFilter.Parse("+/a"), "share"), Is.False, "nobody asks when a share delivers");
    }

    /// <summary>Else <c>#</c> and <c>+</c> would bring what was denied by its name.</summary>
    [TestCase("#")]
    [TestCase("robots/#")]
    [TestCase("robots/+/x")]
    public void What_may_not_be_subscribed_to_does_not_come_by_a_wider_filter(string filter)
    {
        var rights = Rights(SomePolicy.Allow("iot:Subscribe", "*"), SomePolicy.Deny("iot:Subscribe", F + "robots/secret/*"), SomePolicy.Allow("iot:Receive", "*"));

        Assert.That(rights.MaySubscribe(TopicFilter.Parse(filter), null), Is.True);
        Assert.That(rights.ChecksReceived, Is.True);
        Assert.That(rights.MayReceive(TopicName.Parse("robots/secret/x")), Is.False);
        Assert.That(rights.MayReceive(TopicName.Parse("robots/vac-1/x")), Is.True);
        Assert.That(rights.MaySubscribe(TopicFilter.Parse(filter), "share"), Is.False, "nobody asks when a share delivers");
    }

    [Test]
    public void Retaining_needs_both_rights()
    {
        Assert.That(Rights(SomePolicy.Allow("iot:Publish", T + "a")).MayPublish(TopicName.Parse("a"), retain: true), Is.False);
        Assert.That(Rights(SomePolicy.Allow("iot:RetainPublish", T + "a")).MayPublish(TopicName.Parse("a"), retain: true), Is.False);
        Assert.That(Rights(SomePolicy.Allow("iot:RetainPublish", T + "a"), SomePolicy.Allow("iot:Publish", T + "*")).MayPublish(TopicName.Parse("a"), retain: true), Is.True);
    }

    [Test]
    public void A_topic_of_another_kind_gives_nothing()
    {
        var rights = Rights(SomePolicy.Allow("iot:*", F + "a", "arn:aws:iot:*:*:client/a"));

        Assert.That(rights.MayPublish(TopicName.Parse("a"), false), Is.False);
        Assert.That(rights.MayReceive(TopicName.Parse("a")), Is.False);
        Assert.That(rights.MaySubscribe(TopicFilter.Parse("a"), null), Is.True);
    }

    /// <summary>Asked for every topic that a client publishes to.</summary>
    [Test]
    public void Asking_allocates_nothing()
    {
        var rights = Rights(
            SomePolicy.Allow("iot:*", T + "a", T + "b", T + "c", T + "d", T + "e", T + "robots/vac-1/*", T + "robots/*/state", F + "robots/vac-1/*"),
            SomePolicy.Deny("iot:*", T + "robots/vac-1/secret/*"));
        var topics = new[] { "a", "e", "robots/vac-1/telemetry", "robots/vac-2/state", "robots/vac-1/secret/x", "site/alarm" }.Select(TopicName.Parse).ToArray();
        var filter = TopicFilter.Parse("robots/vac-1/#");
        Ask(rights, topics, filter);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Ask(rights, topics, filter);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static int Ask(MqttRights rights, TopicName[] topics, TopicFilter filter)
    {
        var allowed = 0;
        for (var i = 0; i < 1000; i++)
        {
            var topic = topics[i % topics.Length];
            allowed += rights.MayPublish(topic, retain: (i & 1) == 0) ? 1 : 0;
            allowed += rights.MayReceive(topic) ? 1 : 0;
            allowed += rights.MaySubscribe(filter, null) ? 1 : 0;
        }

        return allowed;
    }

    private static MqttRights Rights(params object[] statements) => (MqttRights)SomePolicy.Rights(SomePolicy.User("ann"), null, "c", null, statements).ForMqtt;
}
