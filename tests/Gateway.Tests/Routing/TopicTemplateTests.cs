using Roost.Gateway.Routing;
using Roost.Mqtt;

namespace Roost.Gateway.Tests.Routing;

public sealed class TopicTemplateTests
{
    [TestCase("a/b", "x/y", "a/b", "x/y")]
    [TestCase("robots/+/alarm", "site/{1}", "robots/r2/alarm", "site/r2")]
    [TestCase("+/+/alarm", "{2}/{1}/{topic}", "a/b/alarm", "b/a/a/b/alarm")]
    [TestCase("robots/#", "copy/{1}", "robots/a/b/c", "copy/a/b/c")]
    [TestCase("+/x/#", "{1}-{2}", "a/x/b/c", "a-b/c")]
    [TestCase("a/b", "all/{topic}/end", "a/b", "all/a/b/end")]
    public void Placeholders_stand_for_what_matched(string from, string template, string topic, string expected)
    {
        var parsed = TopicTemplate.Parse(template, TopicFilter.Parse(from), out var fault);

        Assert.That(fault, Is.Null);
        Assert.That(parsed!.TryRender(TopicName.Parse(topic), out var rendered), Is.True);
        Assert.That(rendered.Value, Is.EqualTo(expected));
    }

    [TestCase("x/{2}", "{2} stands for nothing")]
    [TestCase("x/{0}", "{0} stands for nothing")]
    [TestCase("x/{name}", "{name} stands for nothing")]
    [TestCase("x/{1", "a { has no }")]
    [TestCase("x/+", "not a topic name")]
    [TestCase("x/{1}/#", "holds no + or #")]
    [TestCase("", "not a topic name")]
    public void What_could_never_be_a_topic_is_refused(string template, string expected)
    {
        Assert.That(TopicTemplate.Parse(template, TopicFilter.Parse("a/+"), out var fault), Is.Null);
        Assert.That(fault, Does.Contain(expected));
    }

    [Test]
    public void A_result_that_is_too_long_is_no_topic()
    {
        var parsed = TopicTemplate.Parse("{topic}/{topic}", TopicFilter.Parse("#"), out _);

        Assert.That(parsed!.TryRender(TopicName.Parse(new string('a', 40_000)), out _), Is.False);
    }
}
