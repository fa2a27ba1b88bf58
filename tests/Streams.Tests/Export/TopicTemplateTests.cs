using Roost.Streams.Export;

namespace Roost.Streams.Tests.Export;

public sealed class TopicTemplateTests
{
    [TestCase("cloud/all", "k", "cloud/all")]
    [TestCase("cloud/{stream}", "k", "cloud/telemetry")]
    [TestCase("{topic}", "robots/vac-01", "robots/vac-01")]
    [TestCase("{stream}/{key}/x/{key}", "a/b", "telemetry/a/b/x/a/b")]
    public void Placeholders_are_filled(string text, string key, string topic)
    {
        Assert.That(TopicTemplate.TryParse(text, Some.Telemetry, out var template, out _));
        Assert.That(template!.TryFill(RecordWithKey(key), out var filled));
        Assert.That(filled.Value, Is.EqualTo(topic));
    }

    [TestCase("", "makes no topic name")]
    [TestCase("a/#", "makes no topic name")]
    [TestCase("a/{robot}", "{robot} is no placeholder")]
    [TestCase("a/{key", "brace without its pair")]
    [TestCase("a/key}", "brace without its pair")]
    [TestCase("{{key}}", "is no placeholder")]
    public void A_wrong_template_says_what_is_wrong(string text, string fault)
    {
        Assert.That(TopicTemplate.TryParse(text, Some.Telemetry, out _, out var found), Is.False);
        Assert.That(found, Does.Contain(fault));
    }

    [TestCase("")]
    [TestCase("a/+/b")]
    [TestCase("#")]
    [TestCase("nul\0")]
    public void A_key_that_makes_no_topic_is_told(string key)
    {
        Assert.That(TopicTemplate.TryParse("{key}", Some.Telemetry, out var template, out _));
        Assert.That(template!.TryFill(RecordWithKey(key), out _), Is.False);
    }

    private static StreamRecord RecordWithKey(string key) => new()
    {
        Offset = 0,
        Timestamp = DateTimeOffset.UnixEpoch,
        Key = key,
        KeyIsTopic = false,
        PayloadIsUtf8 = false,
        Headers = [],
        Payload = default,
    };
}
