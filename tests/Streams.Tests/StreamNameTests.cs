namespace Roost.Streams.Tests;

public sealed class StreamNameTests
{
    [TestCase("telemetry")]
    [TestCase("a")]
    [TestCase("Site-17_v1.2")]
    [TestCase("-")]
    [TestCase("$dead")]
    public void A_name_of_the_allowed_characters_is_taken(string text) =>
        Assert.That(StreamName.Parse(text).Value, Is.EqualTo(text));

    [TestCase(null)]
    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase(".hidden")]
    [TestCase("$")]
    [TestCase("$.x")]
    [TestCase("a/b")]
    [TestCase("a\\b")]
    [TestCase("a b")]
    [TestCase("a\0b")]
    [TestCase("ä")]
    [TestCase("a$b")]
    public void A_name_that_could_leave_its_folder_or_confuse_is_not(string? text) =>
        Assert.That(StreamName.TryParse(text, out _), Is.False);

    [Test]
    public void A_name_has_at_most_128_characters()
    {
        Assert.That(StreamName.TryParse(new string('a', 128), out _));
        Assert.That(StreamName.TryParse(new string('a', 129), out _), Is.False);
    }

    [Test]
    public void Only_names_with_a_dollar_are_the_systems() =>
        Assert.That((StreamName.Dead.IsSystem, StreamName.Parse("dead").IsSystem), Is.EqualTo((true, false)));
}
