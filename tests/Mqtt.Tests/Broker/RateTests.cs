using System.Net;
using Roost.Mqtt.Connections;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>Clients that come or publish faster than they may, on a clock that the test moves.</summary>
public sealed class RateTests
{
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public async Task A_publisher_goes_as_fast_as_it_may_and_nothing_is_dropped()
    {
        await using var broker = await StartAsync(static limits => limits.PublishRate = 100);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));
        var message = Convert.FromHexString(RawClient.Publish("a", "x"));
        await client.SendAsync(Enumerable.Repeat(message, 350).SelectMany(static bytes => bytes).ToArray());

        await ReceivedAsync(broker, 101); // the burst, and the one that shows that it is over
        for (var second = 1; second <= 3; second++)
        {
            await AdvanceAsync(broker, TimeSpan.FromSeconds(1));
            await ReceivedAsync(broker, Math.Min(350, 101 + (second * 100)));
        }
    }

    [Test]
    public async Task A_publisher_of_many_bytes_is_slowed_by_its_bytes()
    {
        await using var broker = await StartAsync(static limits => limits.PublishVolumeBytes = 10_000);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));
        for (var i = 0; i < 30; i++)
        {
            await client.SendAsync(RawClient.Publish("a", new string('x', 994))); // 1,000 bytes of packet
        }

        await ReceivedAsync(broker, 11);
        await AdvanceAsync(broker, TimeSpan.FromSeconds(1));
        await ReceivedAsync(broker, 21);
    }

    [Test]
    public async Task A_publisher_that_comes_again_has_earned_nothing_by_it()
    {
        await using var broker = await StartAsync(static limits => limits.PublishRate = 100);
        using (var first = await broker.ConnectAsync(RawClient.Connect("c", clean: false)))
        {
            await SendAsync(first, 200);
            await ReceivedAsync(broker, 101);
        }

        using var second = await broker.ConnectAsync(RawClient.Connect("c", clean: false));
        await SendAsync(second, 100);
        await ReceivedAsync(broker, 102);
    }

    [Test]
    public async Task A_slowed_publisher_is_not_taken_for_silent()
    {
        await using var broker = await StartAsync(static limits => limits.PublishRate = 1);
        using var client = await broker.ConnectAsync(RawClient.Connect("c", keepAlive: 2));
        await SendAsync(client, 100);
        for (var i = 0; i < 20; i++)
        {
            await AdvanceAsync(broker, TimeSpan.FromSeconds(1));
        }

        Assert.That((await broker.Broker.GetStatisticsAsync()).ConnectedClients, Is.EqualTo(1));
    }

    [Test]
    public async Task A_flood_against_the_rate_holds_a_bounded_number_of_bytes_and_others_are_served()
    {
        await using var broker = await StartAsync(static limits => limits.PublishRate = 100);
        using var flood = await RawClient.ConnectAsync(broker.Port, RawClient.Connect("flood"));
        using var other = await broker.ConnectAsync(RawClient.Connect("other"));
        var chunk = Enumerable.Repeat(Convert.FromHexString(RawClient.Publish("a", "x")), 100_000).SelectMany(static bytes => bytes).ToArray();
        using var stop = new CancellationTokenSource();
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 10 && !stop.IsCancellationRequested; i++)
            {
                await flood.SendAsync(chunk); // 8 MB in all: a million messages
            }
        });

        await ReceivedAsync(broker, 101);
        await other.ExpectNothingAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 100; i++)
        {
            await AdvanceAsync(broker, TimeSpan.FromMilliseconds(100));
        }

        await ReceivedAsync(broker, 1101);
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(2 * 1024 * 1024));
        Assert.That(sending.IsCompleted, Is.False, "TCP makes the publisher wait");
        await stop.CancelAsync();
        flood.Dispose();
        await Eventually.IsTrueAsync(() => sending.IsCompleted, "the sender to notice");
        Assert.That(sending.Exception?.InnerException, Is.InstanceOf<System.Net.Sockets.SocketException>().Or.InstanceOf<ObjectDisposedException>().Or.Null);
    }

    [Test]
    public async Task Connections_above_the_rate_are_closed_until_time_has_passed()
    {
        await using var broker = await StartAsync(static limits => limits.ConnectRate = 2);
        using var first = await broker.ConnectAsync(RawClient.Connect("a"));
        using var second = await broker.ConnectAsync(RawClient.Connect("b"));
        using (var third = await RawClient.OpenAsync(broker.Port))
        {
            await third.ExpectCloseAsync();
        }

        await AdvanceAsync(broker, TimeSpan.FromMilliseconds(500));
        using var fourth = await broker.ConnectAsync(RawClient.Connect("d"));
    }

    [Test]
    public void Each_address_has_a_rate_of_its_own()
    {
        var rates = new AddressRates();
        bool Take(string address) => rates.TryTake(IPAddress.Parse(address), 1, 0);
        Assert.That((Take("192.0.2.1"), Take("192.0.2.1"), Take("192.0.2.2")), Is.EqualTo((true, false, true)));
        Assert.That((Take("2001:db8::1"), Take("2001:db8::1"), Take("2001:db8::2")), Is.EqualTo((true, false, true)));
        Assert.That(Take("::ffff:192.0.2.1"), Is.False, "the same address in another dress");
    }

    [TestCase("2001:db8::", ExpectedResult = 20, Description = "a host has all addresses of its network")]
    [TestCase("fe80::", ExpectedResult = 100, Description = "all hosts of a site are in one network")]
    [TestCase("fd00:1::", ExpectedResult = 100)]
    public int A_network_has_a_rate_where_it_may_be_one_hosts(string network)
    {
        var rates = new AddressRates();
        return Enumerable.Range(1, 100).Count(i => rates.TryTake(IPAddress.Parse($"{network}{i:x}"), 1, 0));
    }

    [TestCase("fe80::")]
    [TestCase("fd00:1::")]
    public void Who_floods_does_not_use_up_the_rate_of_a_neighbour(string network)
    {
        var rates = new AddressRates();
        var flood = Enumerable.Range(0, 1000).Count(_ => rates.TryTake(IPAddress.Parse($"{network}bad"), 1, 0));

        Assert.That(flood, Is.EqualTo(1));
        Assert.That(rates.TryTake(IPAddress.Parse($"{network}1"), 1, 0), Is.True);
    }

    [Test]
    public void A_flood_from_ever_new_addresses_is_bounded_and_ends_with_time()
    {
        var rates = new AddressRates();
        var taken = Enumerable.Range(0, AddressRates.MaxAddresses + 1000).Count(i => rates.TryTake(new IPAddress(i + 1), 1, 0));
        Assert.That(taken, Is.EqualTo(AddressRates.MaxAddresses + 1), "those beyond the table share one rate");
        Assert.That(rates.TryTake(new IPAddress(0x7F000001), 1, 2000), Is.True);
        Assert.That(rates.TryTake(new IPAddress(0x7F000002), 1, 2000), Is.True);
    }

    private Task<TestBroker> StartAsync(Action<MqttLimitsOptions> configure) => TestBroker.StartAsync(options => configure(options.Limits), _clock);

    private static Task<int> SendAsync(RawClient client, int count) =>
        client.SendAsync(Enumerable.Repeat(Convert.FromHexString(RawClient.Publish("a", "x")), count).SelectMany(static bytes => bytes).ToArray());

    private async Task AdvanceAsync(TestBroker broker, TimeSpan time)
    {
        _clock.Advance(time);
        await broker.Broker.TurnAsync();
    }

    /// <summary>That many messages, and no more than that.</summary>
    private static async Task ReceivedAsync(TestBroker broker, long count)
    {
        await Eventually.IsTrueAsync(async () => (await broker.Broker.GetStatisticsAsync()).MessagesReceived >= count, $"{count} messages");
        await broker.Broker.TurnAsync();
        Assert.That((await broker.Broker.GetStatisticsAsync()).MessagesReceived, Is.EqualTo(count));
    }
}
