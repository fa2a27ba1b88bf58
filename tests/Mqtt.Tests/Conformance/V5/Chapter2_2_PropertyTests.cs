namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 2.2.2: which properties a packet may have, how often, and of what value.</summary>
public sealed class Chapter2_2_PropertyTests : V5Fixture
{
    /// <summary>Every property, with a value that fits.</summary>
    private static readonly Dictionary<int, string> s_properties = new()
    {
        [0x01] = "01 01", // payload format indicator
        [0x02] = "02 00 00 00 3C", // message expiry interval
        [0x03] = "03 {'c'}", // content type
        [0x08] = "08 {'r'}", // response topic
        [0x09] = "09 {'d'}", // correlation data
        [0x0B] = "0B 01", // subscription identifier
        [0x11] = "11 00 00 00 3C", // session expiry interval
        [0x12] = "12 {'a'}", // assigned client identifier
        [0x13] = "13 00 3C", // server keep alive
        [0x15] = "15 {'m'}", // authentication method
        [0x16] = "16 {'d'}", // authentication data
        [0x17] = "17 01", // request problem information
        [0x18] = "18 00 00 00 05", // will delay interval
        [0x19] = "19 01", // request response information
        [0x1A] = "1A {'i'}", // response information
        [0x1C] = "1C {'s'}", // server reference
        [0x1F] = "1F {'r'}", // reason string
        [0x21] = "21 00 0A", // receive maximum
        [0x22] = "22 00 0A", // topic alias maximum
        [0x23] = "23 00 01", // topic alias
        [0x24] = "24 01", // maximum QoS
        [0x25] = "25 01", // retain available
        [0x26] = "26 {'n'} {'v'}", // user property
        [0x27] = "27 00 00 10 00", // maximum packet size
        [0x28] = "28 01", // wildcard subscription available
        [0x29] = "29 01", // subscription identifier available
        [0x2A] = "2A 01", // shared subscription available
    };

    private static readonly int[] s_acknowledgement = [0x1F, 0x26];

    private static readonly int[] s_will = [0x01, 0x02, 0x03, 0x08, 0x09, 0x18, 0x26];

    private static readonly int[] s_connect = [0x11, 0x15, 0x16, 0x17, 0x19, 0x21, 0x22, 0x26, 0x27];

    /// <summary>Packets with a place for properties (%%), and which belong there.</summary>
    private static readonly (string Packet, int[] Allowed)[] s_places =
    [
        ("30 [ {'t'} [ %% ] ]", [0x01, 0x02, 0x03, 0x08, 0x09, 0x23, 0x26, 0x0B]), // the last one is for servers: a case of its own
        ("40 [ 00 01 00 [ %% ] ]", s_acknowledgement),
        ("50 [ 00 01 00 [ %% ] ]", s_acknowledgement),
        ("62 [ 00 01 00 [ %% ] ]", s_acknowledgement),
        ("70 [ 00 01 00 [ %% ] ]", s_acknowledgement),
        ("82 [ 00 01 [ %% ] {'f'} 00 ]", [0x0B, 0x26]),
        ("A2 [ 00 01 [ %% ] {'f'} ]", [0x26]),
        ("E0 [ 00 [ %% ] ]", [0x11, 0x1C, 0x1F, 0x26]),
    ];

    private static IEnumerable<TestCaseData> Misplaced() =>
        from place in s_places
        from property in s_properties
        where !place.Allowed.Contains(property.Key)
        select new TestCaseData(place.Packet.Replace("%%", property.Value, StringComparison.Ordinal));

    private static IEnumerable<TestCaseData> Repeated() =>
        from place in s_places
        from property in s_properties
        where place.Allowed.Contains(property.Key) && property.Key != 0x26
        select new TestCaseData(place.Packet.Replace("%%", $"{property.Value} {property.Value}", StringComparison.Ordinal));

    private static IEnumerable<string> InConnect(bool belongs, int times) =>
        s_properties.Where(property => s_connect.Contains(property.Key) == belongs && property.Key != 0x26)
            .Select(property => $"10 [ {{'MQTT'}} 05 02 00 3C [ {Repeat(property.Value, times)} ] {{'c'}} ]")
            .Concat(s_properties.Where(property => s_will.Contains(property.Key) == belongs && property.Key != 0x26)
                .Select(property => $"10 [ {{'MQTT'}} 05 06 00 3C [] {{'c'}} [ {Repeat(property.Value, times)} ] {{'w'}} {{'p'}} ]"));

    private static IEnumerable<string> MisplacedInConnect() => InConnect(belongs: false, times: 1);

    private static IEnumerable<string> RepeatedInConnect() => InConnect(belongs: true, times: 2);

    private static string Repeat(string text, int times) => string.Join(' ', Enumerable.Repeat(text, times));

    [TestCaseSource(nameof(Misplaced))]
    public async Task A_property_of_another_packet_is_refused(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        Assert.That((await client.ReadAsync("DISCONNECT")).ReasonCode, Is.EqualTo(ReasonCode.MalformedPacket).Or.EqualTo(ReasonCode.ProtocolError));
        await client.ExpectCloseAsync();
    }

    [TestCaseSource(nameof(Repeated))]
    public async Task A_property_that_stands_twice_is_a_protocol_error(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [TestCaseSource(nameof(MisplacedInConnect))]
    public async Task A_property_of_another_packet_is_refused_in_CONNECT(string packet)
    {
        using var client = await OpenAsync();
        await client.SendAsync(packet);
        await client.ExpectRefusalAsync(ReasonCode.MalformedPacket);
    }

    [TestCaseSource(nameof(RepeatedInConnect))]
    public async Task A_property_that_stands_twice_is_refused_in_CONNECT(string packet)
    {
        using var client = await OpenAsync();
        await client.SendAsync(packet);
        await client.ExpectRefusalAsync(ReasonCode.ProtocolError);
    }

    [TestCase("30 [ {'t'} [ 00 ] ]")]
    [TestCase("30 [ {'t'} [ 04 00 ] ]")]
    [TestCase("30 [ {'t'} [ 2B 01 ] ]")]
    [TestCase("30 [ {'t'} [ 7F ] ]")]
    [TestCase("30 [ {'t'} [ 81 01 00 ] ]", Description = "an identifier of two bytes")]
    [TestCase("30 [ {'t'} [ A3 80 01 00 ] ]", Description = "one that is 35 below its seventh bit")]
    [TestCase("82 [ 00 01 [ 41 ] {'f'} 00 ]", Description = "one that is 1 modulo 64")]
    public async Task An_unknown_property_is_malformed(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
    }

    [TestCase("30 [ {'t'} [ 01 02 ] ]")]
    [TestCase("30 [ {'t'} [ 01 FF ] ]")]
    [TestCase("82 [ 00 01 [ 0B 00 ] {'f'} 00 ]", Description = "the subscription identifier 0")]
    public async Task A_value_that_the_property_may_not_have_is_a_protocol_error(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [TestCase("17 02", ReasonCode.ProtocolError)]
    [TestCase("19 02", ReasonCode.ProtocolError)]
    [TestCase("21 00 00", ReasonCode.ProtocolError)]
    [TestCase("27 00 00 00 00", ReasonCode.ProtocolError)]
    [TestCase("16 {'data'}", ReasonCode.ProtocolError)]
    [TestCase("11 00 00", ReasonCode.MalformedPacket)]
    public async Task A_value_that_the_property_may_not_have_is_refused_in_CONNECT(string property, ReasonCode reason)
    {
        using var client = await OpenAsync();
        await client.SendAsync($"10 [ {{'MQTT'}} 05 02 00 3C [ {property} ] {{'c'}} ]");
        await client.ExpectRefusalAsync(reason);
    }

    [Test]
    public async Task User_properties_may_stand_any_number_of_times_in_every_packet()
    {
        const string Many = "26 {'n'} {'1'} 26 {'n'} {'1'} 26 {''} {''}";
        using var client = await ConnectAsync("c", Many);
        await client.ExchangeAsync($"82 [ 00 01 [ {Many} ] {{'t'}} 01 ]", "90 [ 00 01 [] 01 ]");
        await client.SendAsync($"32 [ {{'t'}} 00 01 [ {Many} ] ]");
        var first = await client.ReadAsync("PUBACK or PUBLISH");
        var second = await client.ReadAsync("the other");
        var delivery = Delivery.Of(first.Type == 3 ? first : second);
        await client.SendAsync($"40 [ {delivery.Identifier} 00 [ {Many} ] ]");
        await client.ExchangeAsync($"A2 [ 00 01 [ {Many} ] {{'t'}} ]", "B0 [ 00 01 [] 00 ]");
        await client.SendAsync($"E0 [ 00 [ {Many} ] ]");
        await client.ExpectCloseAsync();
    }
}
