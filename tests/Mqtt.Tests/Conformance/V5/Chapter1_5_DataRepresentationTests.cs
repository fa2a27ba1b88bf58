using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

public sealed class Chapter1_5_DataRepresentationTests : V5Fixture
{
    private static readonly string[] s_notText =
    [
        "80", // a continuation byte by itself
        "C3", // cut short
        "E2 82",
        "C0 80", // overlong: NUL in two bytes
        "C1 81",
        "E0 80 AF",
        "F0 80 80 AF",
        "ED A0 80", // surrogates
        "ED BF BF",
        "ED A0 80 ED B0 80",
        "F4 90 80 80", // above U+10FFFF
        "F5 80 80 80",
        "FE",
        "FF",
    ];

    /// <summary>Every field of text that a client may send after CONNECT; %% stands for the text.</summary>
    private static readonly string[] s_fields =
    [
        "30 [ {%%} [] ]",
        "30 [ {'t'} [ 03 {%%} ] ]", // content type
        "30 [ {'t'} [ 08 {%%} ] ]", // response topic
        "30 [ {'t'} [ 26 {%%} {'v'} ] ]",
        "30 [ {'t'} [ 26 {'n'} {%%} ] ]",
        "82 [ 00 01 [] {%%} 00 ]",
        "82 [ 00 01 [ 26 {'n'} {%%} ] {'f'} 00 ]",
        "A2 [ 00 01 [] {%%} ]",
        "A2 [ 00 01 [ 26 {%%} {'v'} ] {'f'} ]",
        "40 [ 00 01 00 [ 1F {%%} ] ]", // reason string
        "40 [ 00 01 00 [ 26 {'n'} {%%} ] ]",
        "50 [ 00 01 00 [ 1F {%%} ] ]",
        "62 [ 00 01 00 [ 1F {%%} ] ]",
        "70 [ 00 01 00 [ 1F {%%} ] ]",
        "E0 [ 00 [ 1F {%%} ] ]",
        "E0 [ 00 [ 26 {%%} {'v'} ] ]",
    ];

    /// <summary>The same of CONNECT.</summary>
    private static readonly string[] s_connectFields =
    [
        "10 [ {'MQTT'} 05 02 00 3C [] {%%} ]",
        "10 [ {'MQTT'} 05 06 00 3C [] {'c'} [] {%%} {'payload'} ]", // will topic
        "10 [ {'MQTT'} 05 06 00 3C [] {'c'} [ 03 {%%} ] {'w'} {'payload'} ]",
        "10 [ {'MQTT'} 05 06 00 3C [] {'c'} [ 26 {%%} {'v'} ] {'w'} {'payload'} ]",
        "10 [ {'MQTT'} 05 82 00 3C [] {'c'} {%%} ]", // user name
        "10 [ {'MQTT'} 05 02 00 3C [ 26 {'n'} {%%} ] {'c'} ]",
        "10 [ {'MQTT'} 05 02 00 3C [ 15 {%%} ] {'c'} ]", // authentication method
    ];

    [TestCaseSource(nameof(s_notText))]
    [Spec("MQTT-1.5.4-1")]
    public async Task Bytes_that_are_no_text_are_malformed_in_a_topic(string bytes)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync($"30 [ {{ 'a/' {bytes} }} [] ]");
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
    }

    [Test]
    [Spec("MQTT-1.5.4-1")]
    [Spec("MQTT-1.5.4-2")]
    [Spec("MQTT-1.5.7-1")]
    [Spec("MQTT-3.3.2-1")]
    [Spec("MQTT-3.3.2-13")]
    [Spec("MQTT-3.3.2-19")]
    [Spec("MQTT-3.8.3-1")]
    [Spec("MQTT-3.10.3-1")]
    [Spec("MQTT-4.7.3-2")]
    public async Task Text_is_checked_in_every_field_of_every_packet([ValueSource(nameof(s_fields))] string field, [Values("'a' ED A0 80", "'a' 00 'b'")] string text)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(field.Replace("%%", text, StringComparison.Ordinal));
        Assert.That(
            (await client.ReadAsync("DISCONNECT")).ReasonCode,
            Is.EqualTo(ReasonCode.MalformedPacket).Or.EqualTo(ReasonCode.ProtocolError), "a topic that is none may be told as the other");
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-1.5.4-1")]
    [Spec("MQTT-1.5.4-2")]
    [Spec("MQTT-3.1.3-4")]
    [Spec("MQTT-3.1.3-11")]
    [Spec("MQTT-3.1.3-12")]
    public async Task Text_is_checked_in_every_field_of_CONNECT([ValueSource(nameof(s_connectFields))] string field, [Values("'a' ED A0 80", "'a' 00 'b'")] string text)
    {
        using var client = await OpenAsync();
        await client.SendAsync(field.Replace("%%", text, StringComparison.Ordinal));
        await client.ExpectRefusalAsync(ReasonCode.MalformedPacket);
    }

    [TestCase("C2 80", Description = "a control character")]
    [TestCase("01 1F 7F")]
    [TestCase("EF BF BF", Description = "U+FFFF, no character but allowed")]
    [TestCase("EF B7 90")]
    [TestCase("F0 90 80 80")]
    [TestCase("F4 8F BF BF", Description = "the last one")]
    [TestCase("EE 80 80", Description = "private use")]
    [TestCase("65 CC 81", Description = "e and an accent of its own")]
    public async Task Text_that_is_unusual_but_sound_is_passed_on_as_it_is(string text)
    {
        using var client = await ConnectAsync("c");
        await client.ExchangeAsync($"82 [ 00 01 [] {{{text}}} 00 ]", "90 [ 00 01 [] 00 ]");
        await client.ExchangeAsync($"30 [ {{{text}}} [] 'x' ]", $"30 [ {{{text}}} [] 'x' ]");
    }

    [Test]
    [Spec("MQTT-1.5.4-3")]
    public async Task A_byte_order_mark_is_a_character_like_others()
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("a");
        await client.ExchangeAsync("82 [ 00 01 [] {EF BB BF 'a'} 00 ]", "90 [ 00 01 [] 00 ]");
        await client.ExchangeAsync("82 [ 00 01 [] {'a' EF BB BF} 00 ]", "90 [ 00 01 [] 00 ]");

        await client.ExchangeAsync("30 [ {EF BB BF 'a'} [ 26 {EF BB BF} {'v' EF BB BF} ] ]", "30 [ {EF BB BF 'a'} [ 26 {EF BB BF} {'v' EF BB BF} ] ]");
        await client.ExchangeAsync("30 [ {'a' EF BB BF} [] ]", "30 [ {'a' EF BB BF} [] ]");
        await client.ExpectNothingAsync();
    }

    [TestCase("30 84 00 {'a'} [] ", Description = "remaining length")]
    [TestCase("30 84 80 00 {'a'} []")]
    [TestCase("30 84 80 80 00 {'a'} []")]
    [TestCase("30 [ {'a'} 80 00 ]", Description = "property length")]
    [TestCase("30 [ {'a'} [ 81 00 01 ] ]", Description = "property identifier")]
    [TestCase("82 [ 00 01 [ 0B 81 00 ] {'a'} 00 ]", Description = "subscription identifier")]
    [TestCase("30 FF FF FF FF 01", Description = "five bytes")]
    [TestCase("82 [ 00 01 [ 0B FF FF FF FF 01 ] {'a'} 00 ]")]
    [Spec("MQTT-1.5.5-1")]
    public async Task A_variable_byte_integer_of_more_bytes_than_needed_is_malformed(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
    }

    [TestCase(127 - 4)]
    [TestCase(128 - 4)]
    [TestCase(16_383 - 4)]
    [TestCase(16_384 - 4)]
    [Spec("MQTT-1.5.5-1")]
    public async Task The_broker_uses_as_few_bytes_as_the_length_needs(int payloadBytes)
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("t");
        var packet = $"30 [ {{'t'}} [] '{new string('x', payloadBytes)}' ]";
        await client.ExchangeAsync(packet, packet);
    }

    [TestCase("0B 7F")]
    [TestCase("0B 80 01")]
    [TestCase("0B FF 7F")]
    [TestCase("0B 80 80 01")]
    [TestCase("0B 80 80 80 01")]
    [TestCase("0B FF FF FF 7F", Description = "268,435,455")]
    [Spec("MQTT-1.5.5-1")]
    public async Task A_subscription_identifier_comes_back_in_the_bytes_it_came_in(string identifier)
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("t", properties: identifier);
        await client.ExchangeAsync("30 [ {'t'} [] ]", $"30 [ {{'t'}} [ {identifier} ] ]");
    }

    [TestCase("26 {'n' FF} {'v'}")]
    [TestCase("26 {'n'} {FF}")]
    [TestCase("26 {'n' 00} {'v'}")]
    [TestCase("26 {'n'}", Description = "no value")]
    [TestCase("26 {'n'} 00 05 'v'", Description = "a value that is longer than the properties")]
    [Spec("MQTT-1.5.7-1")]
    public async Task A_user_property_that_is_no_pair_of_texts_is_malformed(string property)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync($"30 [ {{'t'}} [ {property} ] ]");
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
    }
}
