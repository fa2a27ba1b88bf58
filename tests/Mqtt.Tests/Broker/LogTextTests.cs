using Roost.Mqtt.Connections;

namespace Roost.Mqtt.Tests.Broker;

public sealed class LogTextTests
{
    [TestCase("vac-01", "vac-01")]
    [TestCase("größe/\U0001F916", "größe/\U0001F916")]
    [TestCase("a\r\nb\tc\u001b[31m\u007f", "a??b?c?[31m?")]
    [TestCase("a\u0085b\u2028c\u2029d", "a?b?c?d")]
    public void It_stays_on_its_line(string text, string expected) => Assert.That(LogText.Of(text), Is.EqualTo(expected));

    [Test]
    public void It_is_cut_at_100_characters() =>
        Assert.That((LogText.Of(new string('x', 100)), LogText.Of(new string('x', 101))), Is.EqualTo((new string('x', 100), $"{new string('x', 100)}...")));
}
