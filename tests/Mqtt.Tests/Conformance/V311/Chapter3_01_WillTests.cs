using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Sections 3.1.2.5 to 3.1.2.7, 3.1.3.2 and 3.14.4: the will.</summary>
public sealed class Chapter3_01_WillTests : ConformanceFixture
{
    private const string Will = "00 01 'w' 00 01 'x'";
    private RawClient _watcher = null!;

    [SetUp]
    public async Task Watch()
    {
        _watcher = await Broker.ConnectAsync("watcher");
        await _watcher.ExchangeAsync("82 06 00 01 00 01 'w' 02", "90 03 00 01 02");
    }

    [TearDown]
    public void StopWatching() => _watcher.Dispose();

    [Test]
    [Spec("MQTT-3.1.2-8")]
    public async Task It_is_published_when_the_connection_is_lost()
    {
        using (await ConnectAsync("06"))
        {
            await _watcher.ExpectNothingAsync();
        }

        await _watcher.ExpectAsync("30 04 00 01 'w' 'x'");
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    [Spec("MQTT-3.1.2-24")]
    public async Task It_is_published_when_the_keep_alive_has_passed()
    {
        using var client = await ConnectAsync("06", keepAlive: "00 0A");
        await Broker.AdvanceAsync(TimeSpan.FromSeconds(15));
        await _watcher.ExpectAsync("30 04 00 01 'w' 'x'");
    }

    [TestCase("C1 00", Description = "malformed")]
    [TestCase("10 0D 00 04 'MQTT' 04 02 00 00 00 01 'a'", Description = "a second CONNECT")]
    [TestCase("E1 00", Description = "DISCONNECT with a reserved bit")]
    [Spec("MQTT-3.1.2-8")]
    public async Task It_is_published_when_the_server_closes_for_a_violation(string packet)
    {
        using var client = await ConnectAsync("06");
        await client.SendAsync(packet);
        await _watcher.ExpectAsync("30 04 00 01 'w' 'x'");
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    public async Task It_is_published_when_another_client_takes_over()
    {
        using var client = await ConnectAsync("06");
        using var other = await Broker.ConnectAsync("mortal");
        await _watcher.ExpectAsync("30 04 00 01 'w' 'x'");
    }

    [TestCase("06", "30 04 00 01 'w' 'x'")]
    [TestCase("0E", "32 06 00 01 'w' 00 01 'x'")]
    [TestCase("16", "34 06 00 01 'w' 00 01 'x'")]
    [Spec("MQTT-3.1.2-9")]
    public async Task It_is_published_at_its_QoS(string flags, string expected)
    {
        using (await ConnectAsync(flags))
        {
        }

        await _watcher.ExpectAsync(expected);
    }

    [Test]
    public async Task It_may_be_empty()
    {
        using (var client = await Broker.OpenAsync())
        {
            await client.ExchangeAsync(Raw.Packet("10", $"00 04 'MQTT' 04 06 00 00 {Raw.Text("mortal")} 00 01 'w' 00 00"), "20 02 00 00");
        }

        await _watcher.ExpectAsync("30 03 00 01 'w'");
    }

    [Test]
    [Spec("MQTT-3.1.2-10")]
    public async Task It_is_published_once([Values("04", "06")] string flags)
    {
        using (await ConnectAsync(flags))
        {
        }

        await _watcher.ExpectAsync("30 04 00 01 'w' 'x'");
        using (await Broker.ConnectAsync("mortal", cleanSession: flags == "06", sessionPresent: flags == "04"))
        {
        }

        await Broker.UntilConnectedAsync(1);
        await _watcher.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.14.4-3")]
    [Spec("MQTT-3.1.2-10")]
    public async Task A_disconnect_takes_it_away()
    {
        using var client = await ConnectAsync("06");
        await client.SendAsync("E0 00");
        await client.ExpectCloseAsync();
        await _watcher.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-12")]
    public async Task Without_the_flag_there_is_none()
    {
        using (await Broker.ConnectAsync("mortal"))
        {
        }

        await Broker.UntilConnectedAsync(1);
        await _watcher.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-16")]
    public async Task Without_will_retain_it_is_not_kept()
    {
        using (await ConnectAsync("06"))
        {
        }

        await _watcher.ExpectAsync("30 04 00 01 'w' 'x'");
        using var later = await Broker.ConnectAsync("later");
        await later.ExchangeAsync("82 06 00 01 00 01 'w' 00", "90 03 00 01 00");
        await later.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-17")]
    public async Task With_will_retain_it_is_kept()
    {
        using (await ConnectAsync("2E"))
        {
        }

        await _watcher.ExpectAsync("32 06 00 01 'w' 00 01 'x'");
        using var later = await Broker.ConnectAsync("later");
        await later.ExchangeAsync("82 06 00 01 00 01 'w' 00", "90 03 00 01 00 31 04 00 01 'w' 'x'");
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    public async Task It_waits_for_clients_that_are_away()
    {
        using (var client = await Broker.ConnectAsync("away", cleanSession: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'w' 01", "90 03 00 01 01");
        }

        using (await ConnectAsync("0E"))
        {
        }

        await _watcher.ExpectPublishAsync("32", "w", "x");
        using var back = await Broker.ConnectAsync("away", cleanSession: false, sessionPresent: true);
        await back.ExpectPublishAsync("32", "w", "x");
    }

    private async Task<RawClient> ConnectAsync(string flags, string keepAlive = "00 00")
    {
        var client = await Broker.OpenAsync();
        await client.ExchangeAsync(Raw.Packet("10", $"00 04 'MQTT' 04 {flags} {keepAlive} {Raw.Text("mortal")} {Will}"), "20 02 00 00");
        return client;
    }
}
