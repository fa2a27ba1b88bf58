using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>What one client can make the broker keep, and how large a packet it can be made to take.</summary>
public sealed class ClientLimitTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;

    [Test]
    public async Task A_new_session_above_the_limit_is_refused_and_a_known_client_comes_back()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Limits.MaxSessions = 2);
        using (await broker.ConnectAsync(RawClient.Connect("a", clean: false)))
        using (await broker.ConnectAsync(RawClient.Connect("b", clean: false)))
        {
        }

        using var modern = await RawClient.OpenAsync(broker.Port);
        await modern.SendAsync(RawClient.Connect("c", V500));
        var refusal = await modern.ReceivePacketAsync();
        Assert.That(refusal[3], Is.EqualTo(0x97));
        Assert.That(System.Text.Encoding.UTF8.GetString(refusal), Does.EndWith("there are as many sessions as may be (limits: max-sessions)"));
        await modern.ExpectCloseAsync();
        using var old = await RawClient.OpenAsync(broker.Port);
        await old.SendAsync(RawClient.Connect("d"));
        await old.ExpectAsync("20 02 00 03");
        await old.ExpectCloseAsync();
        using var known = await RawClient.OpenAsync(broker.Port);
        await known.SendAsync(RawClient.Connect("a", clean: false));
        await known.ExpectAsync("20 02 01 00");
    }

    [Test]
    public async Task A_subscription_above_the_limit_is_refused_and_a_known_filter_can_be_replaced()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Limits.MaxSubscriptions = 2);
        using var modern = await broker.ConnectAsync(RawClient.Connect("m", V500));
        using var old = await broker.ConnectAsync(RawClient.Connect("o"));

        await modern.SendAsync("82 0F 0001 00 0001 61 00 0001 62 00 0001 63 00");
        var refusal = await modern.ReceivePacketAsync();
        Assert.That(Convert.ToHexString(refusal[^3..]), Is.EqualTo("000097"));
        Assert.That(System.Text.Encoding.UTF8.GetString(refusal), Does.Contain("the client has as many subscriptions as it may"));
        await modern.SendAsync("82 07 0002 00 0001 61 01");
        await modern.ExpectAsync("90 04 0002 00 01");
        await old.SendAsync("82 0E 0001 0001 61 00 0001 62 00 0001 63 00");
        await old.ExpectAsync("90 05 0001 00 00 80");
        await old.SendAsync("A2 05 0003 0001 61");
        await old.ExpectAsync("B0 02 0003");
        await old.SendAsync("82 06 0004 0001 63 00");
        await old.ExpectAsync("90 03 0004 00");
    }

    [Test]
    public async Task A_packet_has_no_more_filters_than_a_session_may_have_even_if_they_are_the_same()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Limits.MaxSubscriptions = 3);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));

        await client.SendAsync("82 12 0001 0001 61 00 0001 61 01 0001 61 02 0001 61 00");

        await client.ExpectAsync("90 06 0001 00 01 02 80");
        Assert.That((await broker.Broker.GetStatisticsAsync()).Subscriptions, Is.EqualTo(1));
    }

    [Test]
    [Spec("MQTT-3.14.2-3")]
    public async Task A_reason_that_does_not_fit_the_client_is_left_out_of_DISCONNECT()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync(RawClient.Connect("c", V500, maximumPacketSize: 20));
        using var other = await broker.ConnectAsync(RawClient.Connect("c", V500));

        await client.ExpectAsync("E0 01 8E");
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-24")]
    public async Task A_client_that_cannot_take_its_CONNACK_is_closed()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await RawClient.OpenAsync(broker.Port);

        await client.SendAsync(RawClient.Connect("c", V500, maximumPacketSize: 10));

        await client.ExpectCloseAsync();
    }

    [TestCase(false)]
    [TestCase(true)]
    [Spec("MQTT-3.1.2-24")]
    public async Task A_client_that_cannot_take_its_SUBACK_is_closed(bool isDurable)
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync(RawClient.Connect("c", V500, expirySeconds: isDurable ? 60u : null, maximumPacketSize: 20));
        var filters = string.Concat(Enumerable.Repeat("0001 61 00", 20));

        await client.SendAsync("82 53 0001 00" + filters);

        await client.ExpectAsync("E0 01 95");
        await client.ExpectCloseAsync();
        using var other = await broker.ConnectAsync(RawClient.Connect("d"));
        await other.ExpectNothingAsync();
    }
}
