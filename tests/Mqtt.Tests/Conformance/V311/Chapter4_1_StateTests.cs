using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Section 4.1: session state, over a stop of the broker.</summary>
public sealed class Chapter4_1_StateTests
{
    [Test]
    [Spec("MQTT-4.1.0-1")]
    [Spec("MQTT-4.4.0-1")]
    public async Task Everything_of_a_session_is_there_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        string one, two, three;
        await using (var broker = await StartAsync(folder.Path))
        {
            using var client = await broker.ConnectAsync("a", cleanSession: false);
            await client.ExchangeAsync("82 0A 00 01 00 01 'a' 02 00 01 'b' 01", "90 04 00 01 02 01");
            using var publisher = await broker.ConnectAsync("publisher", cleanSession: false);
            await publisher.ExchangeAsync("32 06 00 01 'a' 00 01 '1'", "40 02 00 01");
            await publisher.ExchangeAsync("34 06 00 01 'a' 00 02 '2'", "50 02 00 02"); // and no PUBREL
            await publisher.ExchangeAsync("34 06 00 01 'a' 00 03 '3'", "50 02 00 03");
            one = await client.ExpectPublishAsync("32", "a", "1");
            two = await client.ExpectPublishAsync("34", "a", "2");
            three = await client.ExpectPublishAsync("34", "a", "3");
            await client.ExchangeAsync($"50 02 {three}", $"62 02 {three}"); // and no PUBCOMP
        }

        await using (var broker = await StartAsync(folder.Path))
        {
            using var publisher = await broker.ConnectAsync("publisher", cleanSession: false, sessionPresent: true);
            await publisher.ExchangeAsync("3C 06 00 01 'a' 00 02 '2'", "50 02 00 02"); // known, so delivered once
            await publisher.ExchangeAsync("62 02 00 02", "70 02 00 02");
            await publisher.ExchangeAsync("32 06 00 01 'b' 00 04 '4'", "40 02 00 04"); // the subscriptions are there too

            using var client = await broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
            Assert.That(await client.ExpectPublishAsync("3A", "a", "1"), Is.EqualTo(one));
            Assert.That(await client.ExpectPublishAsync("3C", "a", "2"), Is.EqualTo(two));
            await client.ExpectAsync($"62 02 {three}");
            await client.ExpectPublishAsync("32", "b", "4");
            await client.ExpectNothingAsync();
        }
    }

    private static Task<RunningBroker> StartAsync(string folder) => RunningBroker.StartAsync(options =>
    {
        options.Folder = folder;
        options.Durability = Durability.Crash;
    });
}
