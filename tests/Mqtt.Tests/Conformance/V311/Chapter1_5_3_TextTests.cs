using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Section 1.5.3: UTF-8 strings, in every field that is one.</summary>
public sealed class Chapter1_5_3_TextTests : ConformanceFixture
{
    private static readonly string[] s_illFormed =
    [
        "FF", "FE", "80", "C3", "C0 80", "C1 BF", "E0 80 AF", "E2 82", "ED A0 80", "ED BF BF", "F0 80 80 AF", "F4 90 80 80", "F5 80 80 80", "'a' C3 'b'",
    ];

    private static readonly string[] s_withNull = ["00", "'a' 00", "00 'a'", "'a' 00 'b'"];

    private static readonly string[] s_connectFields = ["identifier", "will topic", "user name"];

    private static readonly string[] s_otherFields = ["30", "82", "A2"];

    [Test]
    [Spec("MQTT-1.5.3-1")]
    [Spec("MQTT-3.1.3-4")]
    [Spec("MQTT-3.1.3-10")]
    [Spec("MQTT-3.1.3-11")]
    public async Task Ill_formed_text_in_connect_closes([ValueSource(nameof(s_connectFields))] string field, [ValueSource(nameof(s_illFormed))] string text) =>
        await ConnectIsClosedAsync(field, text);

    [Test]
    [Spec("MQTT-1.5.3-1")]
    [Spec("MQTT-3.3.2-1")]
    [Spec("MQTT-3.8.3-1")]
    [Spec("MQTT-3.10.3-1")]
    public async Task Ill_formed_text_in_a_topic_or_filter_closes([ValueSource(nameof(s_otherFields))] string firstByte, [ValueSource(nameof(s_illFormed))] string text) =>
        await PacketIsClosedAsync(firstByte, text);

    [Test]
    [Spec("MQTT-1.5.3-2")]
    public async Task The_null_character_in_connect_closes([ValueSource(nameof(s_connectFields))] string field, [ValueSource(nameof(s_withNull))] string text) =>
        await ConnectIsClosedAsync(field, text);

    [Test]
    [Spec("MQTT-1.5.3-2")]
    [Spec("MQTT-4.7.3-2")]
    public async Task The_null_character_in_a_topic_or_filter_closes([ValueSource(nameof(s_otherFields))] string firstByte, [ValueSource(nameof(s_withNull))] string text) =>
        await PacketIsClosedAsync(firstByte, text);

    [TestCase("EF BB BF 'a'")]
    [TestCase("'a' EF BB BF")]
    [TestCase("'a/' EF BB BF '/b'")]
    [TestCase("EF BB BF")]
    [Spec("MQTT-1.5.3-3")]
    public async Task A_byte_order_mark_is_a_character_wherever_it_stands(string topic)
    {
        using var client = await Broker.ConnectAsync("c");
        await client.ExchangeAsync(Raw.Packet("82", $"00 01 {Raw.Field(topic)} 00"), "90 03 00 01 00");
        var publish = Raw.Packet("30", $"{Raw.Field(topic)} 'x'");
        await client.ExchangeAsync(publish, publish);
        await client.SendAsync("30 04 00 01 'a' 'x'"); // the topic without the mark is another one
        await client.ExpectNothingAsync();
    }

    [TestCase("F4 8F BF BF", Description = "U+10FFFF")]
    [TestCase("EE 80 80", Description = "U+E000, the first one behind the surrogates")]
    [TestCase("ED 9F BF", Description = "U+D7FF, the last one before them")]
    [TestCase("01", Description = "a control character, which may but need not be refused")]
    [TestCase("EF BF BF", Description = "U+FFFF, a non-character: likewise")]
    [Spec("MQTT-1.5.3-1")]
    [Spec("MQTT-4.7.3-4")]
    public async Task Well_formed_text_is_passed_on_as_it_is(string topic)
    {
        using var client = await Broker.ConnectAsync("c");
        await client.ExchangeAsync(Raw.Packet("82", $"00 01 {Raw.Field(topic)} 00"), "90 03 00 01 00");
        var publish = Raw.Packet("30", $"{Raw.Field(topic)} 'x'");
        await client.ExchangeAsync(publish, publish);
    }

    private async Task ConnectIsClosedAsync(string field, string text)
    {
        var bad = Raw.Field(text);
        using var client = await Broker.OpenAsync();
        await client.SendAsync(Raw.Packet("10", field switch
        {
            "identifier" => $"00 04 'MQTT' 04 02 00 00 {bad}",
            "will topic" => $"00 04 'MQTT' 04 06 00 00 00 01 'a' {bad} 00 01 'x'",
            _ => $"00 04 'MQTT' 04 82 00 00 00 01 'a' {bad}",
        }));
        await client.ExpectCloseAsync();
    }

    private async Task PacketIsClosedAsync(string firstByte, string text)
    {
        using var client = await Broker.ConnectAsync("c");
        await client.SendAsync(Raw.Packet(firstByte, firstByte switch
        {
            "30" => $"{Raw.Field(text)} 'x'",
            "82" => $"00 01 {Raw.Field(text)} 00",
            _ => $"00 01 {Raw.Field(text)}",
        }));
        await client.ExpectCloseAsync();
    }
}
