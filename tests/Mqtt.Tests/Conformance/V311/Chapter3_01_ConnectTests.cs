using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Section 3.1: CONNECT. Sessions and wills have fixtures of their own.</summary>
public sealed class Chapter3_01_ConnectTests : ConformanceFixture
{
    private const string Plain = "10 0D 00 04 'MQTT' 04 02 00 00 00 01 'a'";

    [TestCase("30 03 00 01 'a'")]
    [TestCase("32 05 00 01 'a' 00 01")]
    [TestCase("40 02 00 01")]
    [TestCase("50 02 00 01")]
    [TestCase("62 02 00 01")]
    [TestCase("70 02 00 01")]
    [TestCase("82 06 00 01 00 01 'a' 00")]
    [TestCase("A2 05 00 01 00 01 'a'")]
    [TestCase("C0 00")]
    [TestCase("E0 00")]
    [TestCase("20 02 00 00")]
    [Spec("MQTT-3.1.0-1")]
    public async Task Anything_before_connect_closes_without_an_answer(string packet)
    {
        using var client = await Broker.OpenAsync();
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.1.0-2")]
    public async Task A_second_connect_closes([Values("'a'", "'b'")] string identifier)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync($"10 0D 00 04 'MQTT' 04 02 00 00 00 01 {identifier}");
        await client.ExpectCloseAsync();
    }

    [TestCase("10 0D 00 04 'MQTX' 04 02 00 00 00 01 'a'")]
    [TestCase("10 0D 00 04 'mqtt' 04 02 00 00 00 01 'a'")]
    [TestCase("10 0C 00 03 'MQT' 04 02 00 00 00 01 'a'")]
    [TestCase("10 0E 00 05 'MQTTX' 04 02 00 00 00 01 'a'")]
    [TestCase("10 09 00 00 04 02 00 00 00 01 'a'")]
    [Spec("MQTT-3.1.2-1")]
    public async Task Another_protocol_name_closes_without_an_answer(string packet)
    {
        using var client = await Broker.OpenAsync();
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }

    [TestCase("10 0D 00 04 'MQTT' 03 02 00 00 00 01 'a'")]
    [TestCase("10 0D 00 04 'MQTT' 00 02 00 00 00 01 'a'")]
    [TestCase("10 0F 00 06 'MQIsdp' 03 02 00 00 00 01 'a'")]
    [Spec("MQTT-3.1.2-2")]
    [Spec("MQTT-3.2.2-4")]
    [Spec("MQTT-3.2.2-5")]
    public async Task A_protocol_level_that_is_not_spoken_gets_return_code_1(string packet)
    {
        using var client = await Broker.OpenAsync();
        await client.ExchangeAsync(packet, "20 02 00 01");
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-3")]
    public async Task A_reserved_flag_closes()
    {
        using var client = await Broker.OpenAsync();
        await client.SendAsync("10 0D 00 04 'MQTT' 04 03 00 00 00 01 'a'");
        await client.ExpectCloseAsync();
    }

    [TestCase("10 0D 00 04 'MQTT' 04 0A 00 00 00 01 'a'", Description = "Will QoS 1 without a will")]
    [TestCase("10 0D 00 04 'MQTT' 04 12 00 00 00 01 'a'", Description = "Will QoS 2 without a will")]
    [Spec("MQTT-3.1.2-11")]
    [Spec("MQTT-3.1.2-13")]
    public async Task A_will_QoS_without_a_will_closes(string packet) => await IsClosedAsync(packet);

    [TestCase("10 0D 00 04 'MQTT' 04 22 00 00 00 01 'a'")]
    [Spec("MQTT-3.1.2-11")]
    [Spec("MQTT-3.1.2-15")]
    public async Task Will_retain_without_a_will_closes(string packet) => await IsClosedAsync(packet);

    [TestCase("10 13 00 04 'MQTT' 04 02 00 00 00 01 'a' 00 01 'w' 00 01 'x'")]
    [Spec("MQTT-3.1.2-11")]
    public async Task A_will_without_its_flag_closes(string packet) => await IsClosedAsync(packet);

    [TestCase("10 13 00 04 'MQTT' 04 1E 00 00 00 01 'a' 00 01 'w' 00 01 'x'")]
    [Spec("MQTT-3.1.2-14")]
    public async Task A_will_QoS_of_3_closes(string packet) => await IsClosedAsync(packet);

    [TestCase("10 0D 00 04 'MQTT' 04 06 00 00 00 01 'a'", Description = "neither topic nor message")]
    [TestCase("10 10 00 04 'MQTT' 04 06 00 00 00 01 'a' 00 01 'w'", Description = "no message")]
    [TestCase("10 12 00 04 'MQTT' 04 06 00 00 00 01 'a' 00 00 00 01 'x'", Description = "an empty topic")]
    [TestCase("10 13 00 04 'MQTT' 04 06 00 00 00 01 'a' 00 01 '#' 00 01 'x'", Description = "a wildcard as topic")]
    [Spec("MQTT-3.1.2-9")]
    public async Task A_will_flag_without_a_sound_will_closes(string packet) => await IsClosedAsync(packet);

    [TestCase("10 10 00 04 'MQTT' 04 02 00 00 00 01 'a' 00 01 'u'")]
    [Spec("MQTT-3.1.2-18")]
    public async Task A_user_name_without_its_flag_closes(string packet) => await IsClosedAsync(packet);

    [TestCase("10 0D 00 04 'MQTT' 04 82 00 00 00 01 'a'")]
    [Spec("MQTT-3.1.2-19")]
    public async Task A_user_name_flag_without_a_user_name_closes(string packet) => await IsClosedAsync(packet);

    [TestCase("10 13 00 04 'MQTT' 04 82 00 00 00 01 'a' 00 01 'u' 00 01 'p'")]
    [Spec("MQTT-3.1.2-20")]
    public async Task A_password_without_its_flag_closes(string packet) => await IsClosedAsync(packet);

    [TestCase("10 10 00 04 'MQTT' 04 C2 00 00 00 01 'a' 00 01 'u'")]
    [Spec("MQTT-3.1.2-21")]
    public async Task A_password_flag_without_a_password_closes(string packet) => await IsClosedAsync(packet);

    [TestCase("10 10 00 04 'MQTT' 04 42 00 00 00 01 'a' 00 01 'p'")]
    [Spec("MQTT-3.1.2-22")]
    public async Task A_password_flag_without_the_user_name_flag_closes(string packet) => await IsClosedAsync(packet);

    [Test]
    [Spec("MQTT-3.1.2-24")]
    public async Task A_client_that_is_silent_for_one_and_a_half_keep_alives_is_cut_off()
    {
        using var client = await Broker.OpenAsync();
        await client.ExchangeAsync("10 0D 00 04 'MQTT' 04 02 00 0A 00 01 'a'", "20 02 00 00");
        await Broker.AdvanceAsync(TimeSpan.FromSeconds(14));
        await client.ExpectNothingAsync(); // and so said something
        await Broker.AdvanceAsync(TimeSpan.FromSeconds(14));
        Assert.That((await Broker.Broker.GetStatisticsAsync()).ConnectedClients, Is.EqualTo(1));
        await Broker.AdvanceAsync(TimeSpan.FromSeconds(1));
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-24")]
    public async Task A_keep_alive_of_0_waits_for_ever()
    {
        using var client = await Broker.ConnectAsync("a");
        await Broker.AdvanceAsync(TimeSpan.FromDays(30));
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.3-1")]
    public async Task All_fields_are_read_in_their_order()
    {
        using var watcher = await Broker.ConnectAsync("watcher");
        await watcher.ExchangeAsync("82 0A 00 01 00 05 'topic' 00", "90 03 00 01 00");
        using (var client = await Broker.OpenAsync())
        {
            await client.ExchangeAsync(
                Raw.Packet("10", $"00 04 'MQTT' 04 C6 00 00 {Raw.Text("identifier")} {Raw.Text("topic")} {Raw.Text("message")} {Raw.Text("user")} {Raw.Text("password")}"),
                "20 02 00 00");
        }

        await watcher.ExpectAsync(Raw.Packet("30", $"{Raw.Text("topic")} 'message'"));
    }

    [TestCase("10 0A 00 04 'MQTT' 04 02 00 00")]
    [TestCase("10 0B 00 04 'MQTT' 04 02 00 00 00")]
    [TestCase("10 0C 00 04 'MQTT' 04 02 00 00 00 01")]
    [Spec("MQTT-3.1.3-3")]
    public async Task A_missing_client_identifier_closes(string packet) => await IsClosedAsync(packet);

    [Test]
    [Spec("MQTT-3.1.3-5")]
    public async Task Identifiers_of_1_to_23_letters_and_digits_are_taken()
    {
        const string Allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        foreach (var character in Allowed)
        {
            using var client = await Broker.ConnectAsync($"{character}");
        }

        for (var start = 0; start <= Allowed.Length - 23; start += 13)
        {
            using var client = await Broker.ConnectAsync(Allowed.Substring(start, 23));
        }
    }

    [TestCase("a/b#+$ é")]
    [TestCase("0123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task Longer_identifiers_and_other_characters_are_taken_too(string identifier)
    {
        using var client = await Broker.OpenAsync();
        await client.ExchangeAsync(Raw.Packet("10", $"00 04 'MQTT' 04 02 00 00 {Raw.Text(identifier)}"), "20 02 00 00");
    }

    [Test]
    [Spec("MQTT-3.1.3-6")]
    public async Task Clients_with_an_empty_identifier_each_get_one_of_their_own()
    {
        using var first = await Broker.OpenAsync();
        await first.ExchangeAsync("10 0C 00 04 'MQTT' 04 02 00 00 00 00", "20 02 00 00");
        using var second = await Broker.OpenAsync();
        await second.ExchangeAsync("10 0C 00 04 'MQTT' 04 02 00 00 00 00", "20 02 00 00");
        await first.ExchangeAsync("82 06 00 01 00 01 'a' 00", "90 03 00 01 00");
        await second.SendAsync("30 04 00 01 'a' 'x'");
        await first.ExpectAsync("30 04 00 01 'a' 'x'");
        await second.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.3-7")]
    [Spec("MQTT-3.1.3-8")]
    [Spec("MQTT-3.1.3-9")]
    [Spec("MQTT-3.2.2-4")]
    [Spec("MQTT-3.2.2-5")]
    public async Task An_empty_identifier_without_clean_session_gets_return_code_2()
    {
        using var client = await Broker.OpenAsync();
        await client.ExchangeAsync("10 0C 00 04 'MQTT' 04 00 00 00 00 00", "20 02 00 02");
        await client.ExpectCloseAsync();
    }

    [TestCase("10 00")]
    [TestCase("10 06 00 04 'MQTT'")]
    [TestCase("10 07 00 04 'MQTT' 04")]
    [TestCase("10 08 00 04 'MQTT' 04 02")]
    [TestCase("10 0E 00 04 'MQTT' 04 02 00 00 00 01 'a' 00", Description = "a byte too many")]
    [Spec("MQTT-3.1.4-1")]
    [Spec("MQTT-3.2.2-6")]
    public async Task A_connect_that_is_not_sound_closes_without_an_answer(string packet) => await IsClosedAsync(packet);

    [Test]
    [Spec("MQTT-3.1.4-2")]
    public async Task A_second_client_of_the_same_identifier_takes_over([Values] bool cleanSession)
    {
        using var first = await Broker.ConnectAsync("a", cleanSession);
        using var second = await Broker.ConnectAsync("a", cleanSession, sessionPresent: !cleanSession);
        await first.ExpectCloseAsync();
        await second.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.4-4")]
    public async Task A_sound_connect_gets_return_code_0()
    {
        using var client = await Broker.OpenAsync();
        await client.ExchangeAsync(Plain, "20 02 00 00");
    }

    [Test]
    [Spec("MQTT-3.1.4-5")]
    public async Task What_comes_behind_a_refused_connect_is_not_processed()
    {
        using var watcher = await Broker.ConnectAsync("watcher");
        await watcher.ExchangeAsync("82 06 00 01 00 01 'w' 00", "90 03 00 01 00");
        using var client = await Broker.OpenAsync();
        await client.ExchangeAsync("10 0C 00 04 'MQTT' 04 00 00 00 00 00 30 04 00 01 'w' 'x'", "20 02 00 02");
        await client.ExpectCloseAsync();
        await watcher.ExpectNothingAsync();
    }

    [Test]
    public async Task What_comes_behind_a_connect_before_its_answer_is_processed()
    {
        using var client = await Broker.OpenAsync();
        await client.ExchangeAsync(
            Plain + "82 06 00 01 00 01 'w' 00 30 04 00 01 'w' 'x' C0 00", "20 02 00 00 90 03 00 01 00 30 04 00 01 'w' 'x' D0 00");
    }

    [Test]
    public async Task A_user_name_that_is_only_metrics_is_no_login()
    {
        using var client = await Broker.OpenAsync();
        await client.ExchangeAsync("10 1D 00 04 'MQTT' 04 82 00 00 00 01 'a' 00 0E '?SDK=IoTDevice'", "20 02 00 00");
    }

    [Test]
    public async Task A_bridge_says_so_in_the_protocol_level_and_gets_nothing_back_and_retain_as_it_was()
    {
        using var bridge = await Broker.OpenAsync();
        await bridge.ExchangeAsync("10 0D 00 04 'MQTT' 84 02 00 00 00 01 'a'", "20 02 00 00");
        await bridge.ExchangeAsync("82 06 00 01 00 01 '#' 00", "90 03 00 01 00");
        await bridge.SendAsync("31 04 00 01 'x' '1'");
        await bridge.ExpectNothingAsync();
        using var other = await Broker.ConnectAsync("b");
        await other.SendAsync("31 04 00 01 'x' '2'");
        await bridge.ExpectAsync("31 04 00 01 'x' '2'");
    }

    [Test]
    public async Task A_bridge_tells_by_its_will_and_a_retained_message_whether_it_is_there()
    {
        const string StateTopic = "00 1E '$SYS/broker/connection/a/state'";
        using var other = await Broker.ConnectAsync("b");
        using var bridge = await Broker.OpenAsync();
        await bridge.ExchangeAsync($"10 30 00 04 'MQTT' 84 26 00 00 00 01 'a' {StateTopic} 00 01 '0'", "20 02 00 00");
        await bridge.ExchangeAsync($"33 23 {StateTopic} 00 01 '1'", "40 02 00 01");
        await other.ExchangeAsync($"82 23 00 01 {StateTopic} 00", $"90 03 00 01 00 31 21 {StateTopic} '1'");
        bridge.Dispose();
        await other.ExpectAsync($"30 21 {StateTopic} '0'");
    }

    [TestCase("00 1E '$SYS/broker/connection/a/start'")]
    [TestCase("00 1E '$SYS/broker/connection/a/b/abc'")]
    [TestCase("00 1E '$SYS/broker/connectiona/a/stat'")]
    public async Task Nothing_else_of_the_brokers_own_topics_is_open(string topic)
    {
        using var client = await Broker.OpenAsync();
        await client.ExchangeAsync($"10 30 00 04 'MQTT' 84 26 00 00 00 01 'a' {topic} 00 01 '0'", "20 02 00 05");
    }

    [Test]
    public async Task A_bridge_of_a_level_that_is_not_spoken_gets_return_code_1()
    {
        using var bridge = await Broker.OpenAsync();
        await bridge.ExchangeAsync("10 0F 00 06 'MQIsdp' 83 02 00 00 00 01 'a'", "20 02 00 01");
        await bridge.ExpectCloseAsync();
    }

    private async Task IsClosedAsync(string packet)
    {
        using var client = await Broker.OpenAsync();
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }
}
