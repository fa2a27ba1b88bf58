using System.Text;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>The disk of the session journal is full, and later is not.</summary>
public sealed class FullDiskTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;

    private static readonly string s_large = new('x', 8000);

    private SmallDisk _disk = null!;
    private TestBroker _broker = null!;

    private string Sessions => Path.Combine(_disk.Path, "sessions");

    [SetUp]
    public async Task SetUp()
    {
        _disk = new SmallDisk(4);
        _broker = await TestBroker.StartAsync(options => options.Folder = Sessions);
    }

    [TearDown]
    public async Task TearDown()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        _disk?.Dispose();
    }

    [TestCase(1, "40 03 0007 97")]
    [TestCase(2, "50 03 0007 97")]
    public async Task An_MQTT_5_publisher_is_told_0x97_and_nobody_gets_the_message_twice(int quality, string refusal)
    {
        using (var away = await _broker.ConnectAsync(RawClient.Connect("away", clean: false)))
        {
            await away.SendAsync(RawClient.Subscribe("a", quality));
            await away.ExpectAsync($"90 03 0001 0{quality}");
        }

        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p", V5, expirySeconds: 1000));
        _disk.Fill();
        await FillAheadAsync(publisher);
        await publisher.SendAsync(RawClient.Publish("a", s_large, quality, 7, properties: ""));
        await publisher.ExpectAsync(refusal);
        Assert.That(_broker.Broker.JournalFault?.Reason, Does.Contain(Sessions));

        _disk.Free();
        await UntilAKillWouldLoseNothingAsync();
        Assert.That(_broker.Broker.JournalFault, Is.Null);
        await publisher.SendAsync(RawClient.Publish("a", "again", quality, 7, properties: ""));
        await publisher.ReceivePacketAsync();
        using var back = await RawClient.OpenAsync(_broker.Port);
        await back.SendAsync(RawClient.Connect("away", clean: false));
        await back.ExpectAsync("20 02 01 00");
        string last;
        do
        {
            last = Encoding.UTF8.GetString(await back.ReceivePacketAsync());
            Assert.That(last, Does.Not.EndWith(s_large), "a message whose publisher was told that it was refused");
        }
        while (!last.EndsWith("again", StringComparison.Ordinal));
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task A_publisher_of_3_1_1_gets_no_acknowledgement_but_a_close(int quality)
    {
        using var away = await _broker.ConnectAsync(RawClient.Connect("away", clean: false));
        await away.SendAsync(RawClient.Subscribe("b", quality));
        await away.ExpectAsync($"90 03 0001 0{quality}");
        using var modern = await _broker.ConnectAsync(RawClient.Connect("m", V5));
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p"));
        _disk.Fill();
        await FillAheadAsync(modern);
        await publisher.SendAsync(RawClient.Publish("b", s_large, quality, 7));
        await publisher.ExpectCloseAsync();
    }

    [Test]
    public async Task Subscriptions_are_refused_and_QoS_0_goes_on()
    {
        using var modern = await _broker.ConnectAsync(RawClient.Connect("m", V5));
        using var durable = await _broker.ConnectAsync(RawClient.Connect("d", V5, expirySeconds: 1000));
        using var old = await _broker.ConnectAsync(RawClient.Connect("o", clean: false));
        await durable.SendAsync(RawClient.Subscribe("kept", 1, V5));
        await durable.ExpectAsync("90 04 0001 00 01");
        _disk.Fill();
        await FillAheadAsync(modern);

        await durable.SendAsync(RawClient.Subscribe("kept", 2, V5));
        await durable.ExpectAsync("90 04 0001 00 97");
        await old.SendAsync(RawClient.Subscribe("c", 1));
        await old.ExpectCloseAsync();
        await modern.SendAsync(RawClient.Subscribe("c", 1, V5)); // for this connection only: needs no disk
        await modern.ExpectAsync("90 04 0001 00 01");
        await modern.SendAsync(RawClient.Publish("c", "x", properties: ""));
        await modern.ExpectAsync("30 05 0001 63 00 78");
        await modern.SendAsync(RawClient.Publish("kept", "y", properties: ""));
        await durable.ExpectAsync("30 08 0004 6B657074 00 79");
    }

    [Test]
    public async Task What_changed_while_the_disk_was_full_is_what_a_kill_after_it_leaves()
    {
        using var reader = await _broker.ConnectAsync(RawClient.Connect("reader", clean: false));
        await reader.SendAsync(RawClient.Subscribe("q/#", 2));
        await reader.ExpectAsync("90 03 0001 02");
        await reader.SendAsync(RawClient.Subscribe("other", 1));
        await reader.ExpectAsync("90 03 0001 01");
        (await _broker.ConnectAsync(RawClient.Connect("ends", clean: false))).Dispose();
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p", V5, expirySeconds: 1000));
        await PublishAsync(publisher, "r/1", "first", retain: true);
        await PublishAsync(publisher, "r/2", "first", retain: true);
        for (var i = 1; i <= 10; i++)
        {
            await PublishAsync(publisher, "q/1", $"{i:00}");
            await reader.ReceivePacketAsync();
        }

        _disk.Fill();
        await FillAheadAsync(publisher);
        Assert.That(await _broker.Broker.InspectAsync(static core => core.IsJournalBroken), Is.True);
        await reader.SendAsync("40 02 0001 40 02 0002 40 02 0005"); // settled, the third not at the head
        await publisher.SendAsync(RawClient.Publish("r/1", "second", retain: true, properties: ""));
        await publisher.SendAsync(RawClient.Publish("r/2", "", retain: true, properties: ""));
        await publisher.SendAsync(RawClient.Publish("r/3", "new", retain: true, properties: ""));
        await PublishAsync(publisher, "r/1", "refused", retain: true, expected: 0x97);
        await PublishAsync(publisher, "q/1", "refused", expected: 0x97);
        await ExpectRefusalAsync(RawClient.Connect("ends"), 0x03); // the clean start ends the session that was kept
        await ExpectRefusalAsync(RawClient.Connect("new", clean: false), 0x03);
        await ExpectRefusalAsync(RawClient.Connect("short", V5, expirySeconds: 1), 0x97);
        (await _broker.ConnectAsync(RawClient.Connect("clean"))).Dispose();
        await reader.ExpectNothingAsync();
        await reader.SendAsync("A2 09 0009 0005 6F74686572"); // UNSUBSCRIBE
        await reader.ExpectCloseAsync();

        _disk.Free();
        await UntilAKillWouldLoseNothingAsync();
        var state = await _broker.Broker.InspectAsync(BrokerState.Of);
        Assert.That(state, Does.Contain("r/1 6").And.Contain("r/3 3").And.Contain("  q/#"));
        Assert.That(state, Does.Not.Contain("r/2").And.Not.Contain("ends").And.Not.Contain("new expires").And.Not.Contain("short").And.Not.Contain("  other"));
        Assert.That(state, Does.Contain("  #2 ").And.Not.Contain("  #1 ").And.Not.Contain("  #4 "));
        await PublishAsync(publisher, "q/1", "kept", expected: 0x00);
    }

    [Test]
    public async Task What_a_full_disk_refuses_nobody_has([Values(1, 2)] int quality)
    {
        using var clean = await _broker.ConnectAsync(RawClient.Connect("clean", V5));
        await clean.SendAsync(RawClient.Subscribe("q", 2, V5) + RawClient.Subscribe("$share/g/q", 2, V5));
        await clean.ExpectAsync("90 04 0001 00 02 90 04 0001 00 02");
        using var durable = await _broker.ConnectAsync(RawClient.Connect("durable", V5, expirySeconds: 1000));
        await durable.SendAsync(RawClient.Subscribe("q", 2, V5));
        await durable.ExpectAsync("90 04 0001 00 02");
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p", V5));
        _disk.Fill();
        await FillAheadAsync(publisher);
        for (var i = 0; i < 3; i++)
        {
            await publisher.SendAsync(RawClient.Publish("q", "x", quality, 7, duplicate: i > 0, properties: ""));
            await publisher.ExpectAsync($"{(quality == 1 ? 40 : 50)} 03 0007 97");
        }

        Assert.That(async () => await _broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("q"), QualityOfService = (QualityOfService)quality }), Throws.TypeOf<MqttPublishRefusedException>());
        await clean.ExpectNothingAsync();
        await durable.ExpectNothingAsync();
        await publisher.SendAsync(RawClient.Publish("live", "x", quality, 8, properties: ""));
        await publisher.ExpectAsync($"{(quality == 1 ? 40 : 50)} 02 0008"); // needs no disk
    }

    [Test]
    public async Task A_PUBREL_that_the_full_disk_held_is_sent_when_its_client_comes_back()
    {
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p", V5));
        using (var reader = await _broker.ConnectAsync(RawClient.Connect("reader", clean: false)))
        {
            await reader.SendAsync(RawClient.Subscribe("q", 2));
            await reader.ExpectAsync("90 03 0001 02");
            await publisher.SendAsync(RawClient.Publish("q", "x", 2, 7, properties: ""));
            await publisher.ExpectAsync("50 02 0007");
            await reader.ReceivePacketAsync();
            _disk.Fill();
            await FillAheadAsync(publisher);
            await reader.SendAsync("50 02 0001");
            await reader.ExpectNothingAsync();
        }

        _disk.Free();
        await UntilAKillWouldLoseNothingAsync();
        using var back = await RawClient.OpenAsync(_broker.Port);
        await back.SendAsync(RawClient.Connect("reader", clean: false));
        await back.ExpectAsync("20 02 01 00");
        await back.ExpectAsync("62 02 0001");
    }

    /// <summary>What CONNACK would promise cannot be written down.</summary>
    private async Task ExpectRefusalAsync(string connect, byte code)
    {
        using var client = await RawClient.OpenAsync(_broker.Port);
        await client.SendAsync(connect);
        Assert.That((await client.ReceivePacketAsync())[3], Is.EqualTo(code));
        await client.ExpectCloseAsync();
    }

    private static async Task PublishAsync(RawClient publisher, string topic, string payload, bool retain = false, int? expected = null)
    {
        await publisher.SendAsync(RawClient.Publish(topic, payload, 1, 9, retain, properties: ""));
        var answer = await publisher.ReceivePacketAsync();
        Assert.That(answer[0], Is.EqualTo(0x40));
        if (expected is { } code)
        {
            Assert.That(answer.Length == 4 ? 0 : answer[4], Is.EqualTo(code), "reason code of PUBACK");
        }
    }

    /// <summary>The log has written some zeros ahead: publishes retained messages into them until it is full.</summary>
    private static async Task FillAheadAsync(RawClient modern)
    {
        for (var i = 0; i < 100; i++)
        {
            await modern.SendAsync(RawClient.Publish("fill", s_large, 1, 3, retain: true, properties: ""));
            var answer = await modern.ReceivePacketAsync();
            if (answer.Length > 4)
            {
                Assert.That(answer[4], Is.EqualTo(0x97), "reason code of PUBACK");
                return;
            }
        }

        Assert.Fail("the disk was to be full by now");
    }

    private Task UntilAKillWouldLoseNothingAsync() => Eventually.IsTrueAsync(
            async () =>
            {
                var (isBroken, live) = await _broker.Broker.InspectAsync(static core => (core.IsJournalBroken, BrokerState.Of(core)));
                return !isBroken && live == await BrokerState.AfterKillAsync(Sessions);
            },
            "memory and journal to be the same");
}
