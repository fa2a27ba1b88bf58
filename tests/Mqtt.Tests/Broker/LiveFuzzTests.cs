using System.Net.Sockets;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Tests.Protocol;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>A short run of what <c>bench/Mqtt.Proofs -- live</c> does for as long as one likes.</summary>
public sealed class LiveFuzzTests
{
    [Test]
    public async Task Clients_that_send_mutated_packets_harm_nobody_else()
    {
        await using var broker = await TestBroker.StartAsync();
        using var good = await broker.ConnectAsync(RawClient.Connect("good"));
        await good.SendAsync(RawClient.Subscribe("good", 1));
        await good.ExpectAsync("90 03 0001 01");
        var attacks = Enumerable.Range(1, 8).Select(seed => Task.Run(() => AttackAsync(broker.Port, seed))).ToList();

        for (var number = 1; !attacks.TrueForAll(static attack => attack.IsCompleted); number = (number % 65_535) + 1)
        {
            // Each time there and back: it is served in between, not only afterwards.
            await good.SendAsync(RawClient.Publish("good", "x", quality: 1, (ushort)number));
            var received = await good.ReceiveAsync(11 + 4, "its own message, and its acknowledgement");
            var at = received[0] == 0x40 ? 4 : 0;
            Assert.That(Convert.ToHexString(received, at, 8), Is.EqualTo("32090004676F6F64"));
            await good.SendAsync(new byte[] { 0x40, 2, received[at + 8], received[at + 9] });
        }

        await Task.WhenAll(attacks);
        await Eventually.IsTrueAsync(async () => (await broker.Broker.GetStatisticsAsync()).ConnectedClients == 1, "the attackers to be gone");
    }

    private static async Task AttackAsync(int port, int seed)
    {
        var mutator = new Mutator(seed);
        var captures = Capture.All.Where(static capture => capture.Sender == PacketSender.Client && capture.Bytes[0] >> 4 is not (1 or 14)).ToList();
        var packet = new byte[4096];
        for (var connection = 0; connection < 150; connection++)
        {
            using var client = await RawClient.OpenAsync(port);
            var version = mutator.Random.Next(2) == 0 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500;
            try
            {
                await client.SendAsync(RawClient.Connect($"fuzz-{mutator.Random.Next(5)}", version, clean: mutator.Random.Next(3) > 0));
                for (var count = 0; count < 20; count++)
                {
                    var capture = captures[mutator.Random.Next(captures.Count)];
                    capture.Bytes.CopyTo(packet, 0);
                    var length = mutator.Random.Next(4) == 0 ? mutator.Mutate(packet, capture.Bytes.Length) : capture.Bytes.Length;
                    await client.SendAsync(packet.AsMemory(0, length));
                }
            }
            catch (SocketException)
            {
                // Closed on it, as is right.
            }
        }
    }
}
