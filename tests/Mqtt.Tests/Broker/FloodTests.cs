using System.Diagnostics;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>Clients that mean harm in numbers: others are served all the while.</summary>
public sealed class FloodTests
{
    private TestBroker _broker = null!;

    [SetUp]
    public async Task SetUp() => _broker = await TestBroker.StartAsync(options => options.Limits.MaxOutputBytes = 64 * 1024);

    [TearDown]
    public async Task TearDown() => await _broker.DisposeAsync();

    [Test]
    public async Task Five_thousand_connections_that_never_finish_their_CONNECT()
    {
        var halfOpen = new List<RawClient>();
        try
        {
            for (var i = 0; i < 5000; i++)
            {
                var client = await RawClient.OpenAsync(_broker.Port);
                halfOpen.Add(client);
                await client.SendAsync(i % 2 == 0 ? "10" : "10FF"); // a byte of a CONNECT, or two
            }

            await ExpectOthersServedAsync();
        }
        finally
        {
            halfOpen.ForEach(static client => client.Dispose());
        }
    }

    [Test]
    public async Task Ten_thousand_malformed_packets_one_a_connection()
    {
        for (var i = 0; i < 10_000; i += 100)
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => RawClient.OpenAsync(_broker.Port)));
            foreach (var client in clients)
            {
                await client.SendAsync("00 00");
                client.Dispose();
            }
        }

        await ExpectOthersServedAsync();
    }

    [Test]
    public async Task A_subscriber_with_ten_thousand_wildcard_filters_does_not_slow_others_down()
    {
        using var greedy = await _broker.ConnectAsync(RawClient.Connect("greedy"));
        for (var i = 0; i < 10_000; i++)
        {
            await greedy.SendAsync(RawClient.Subscribe($"+/{i}/+/#", 0, packetIdentifier: (ushort)(i + 1)));
        }

        await greedy.ReceiveAsync(5 * 10_000, "all answers");
        using var client = await _broker.ConnectAsync(RawClient.Connect("c"));
        await client.SendAsync(RawClient.Subscribe("a/#", 0));
        await client.ExpectAsync("90 03 0001 00");
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 2000; i++)
        {
            await client.SendAsync(RawClient.Publish($"a/{i:0000}", "")); // each topic looks through the filters
        }

        await client.ReceiveAsync(2000 * 10, "its messages");
        Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task Sessions_with_a_thousand_overlapping_wildcards_get_one_copy_each_and_hold_nobody_back()
    {
        // All words of ten levels of a and +: a topic of ten a matches every one of them.
        var filters = Enumerable.Range(0, 1000).Select(word => string.Join('/', Enumerable.Range(0, 10).Select(level => (word >> level & 1) == 0 ? "a" : "+")));
        var subscribe = string.Concat(filters.Select((filter, index) => RawClient.Subscribe(filter, 0, packetIdentifier: (ushort)(index + 1))));
        var greedy = new List<RawClient>();
        for (var i = 0; i < 10; i++)
        {
            var client = await _broker.ConnectAsync(RawClient.Connect($"greedy-{i}"));
            greedy.Add(client);
            await client.SendAsync(subscribe);
            await client.ReceiveAsync(5 * 1000, "all answers");
        }

        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p"));
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            await publisher.SendAsync(RawClient.Publish("a/a/a/a/a/a/a/a/a/a", "ha") + RawClient.Subscribe($"other/{i}", 0)); // its route is found anew
            await publisher.ExpectAsync("90 03 0001 00");
        }

        foreach (var client in greedy)
        {
            for (var i = 0; i < 20; i++)
            {
                await client.ExpectAsync("30 17 0013 612F612F612F612F612F612F612F612F612F61 6861");
            }

            await client.ExpectNothingAsync();
            client.Dispose();
        }

        Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(5)));
        await ExpectOthersServedAsync();
    }

    [Test]
    public async Task A_slow_reader_costs_a_bounded_amount_of_memory()
    {
        using var slow = await RawClient.OpenAsync(_broker.Port, receiveBuffer: 4096);
        await slow.SendAsync(RawClient.Connect("slow") + RawClient.Subscribe("a", 0));
        await slow.ExpectAsync("20 02 00 00 90 03 0001 00");
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p"));
        var publish = Convert.FromHexString(RawClient.Publish("a", new string('x', 10_000)));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 10_000; i++)
        {
            await publisher.SendAsync(publish); // 100 MB, which nobody reads
        }

        await publisher.ExpectNothingAsync();
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(8 * 1024 * 1024));
        Assert.That((await _broker.Broker.GetStatisticsAsync()).Drops[DropReason.SlowReader], Is.Positive);
        await ExpectOthersServedAsync();
    }

    private async Task ExpectOthersServedAsync()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("served"));
        await client.SendAsync(RawClient.Subscribe("mine", 1) + RawClient.Publish("mine", "x", 1, 5));
        await client.ExpectAsync("90 03 0001 01 32 09 0004 6D696E65 0001 78 40 02 0005");
    }
}
