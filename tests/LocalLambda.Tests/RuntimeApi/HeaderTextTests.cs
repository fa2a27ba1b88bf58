using Roost.LocalLambda.RuntimeApi;

namespace Roost.LocalLambda.Tests.RuntimeApi;

internal sealed class HeaderTextTests
{
    [TestCase("{\"a\":1}", "{\"a\":1}")]
    [TestCase("{\t\"a\":\r\n1}", "{ \"a\":  1}")]
    [TestCase("{\t\"a\":\"\u00e9\"}", "{ \"a\":\"\\u00e9\"}")]
    [TestCase("{\"a\":\"\u007f\"}", "{\"a\":\"\\u007f\"}")]
    public void What_no_header_can_carry_is_escaped_and_stays_the_same_JSON(string json, string header) => Assert.That(HeaderText.Escape(json), Is.EqualTo(header));
}
