using System.Text;
using Roost.Mqtt.Tests.Broker;

namespace Roost.Mqtt.Tests.Transport;

public sealed class LayerAllocationTests
{
    private const int Rounds = 500;
    private const string Upgrade = "GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

    /// <summary>What the loop's thread allocates while messages pass from a client to itself, one at a time.</summary>
    [Test]
    public async Task A_message_through_TLS_and_WebSocket_allocates_nothing([Values] bool hasTls, [Values] bool isWebSocket)
    {
        using var certificates = new TestCertificates();
        await using var broker = await TestBroker.StartAsync(options =>
            (options.Listeners[0].Tls, options.Listeners[0].Websocket) = (hasTls ? certificates.Options : null, isWebSocket));
        await using var client = hasTls ? await StreamClient.OpenTlsAsync(broker.Port, certificates.Authority) : await StreamClient.OpenAsync(broker.Port);
        byte[] Framed(string hex) => isWebSocket ? WebSocketFrames.Binary(hex) : Convert.FromHexString(hex);
        if (isWebSocket)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(Upgrade));
            for (var seen = ""; !seen.EndsWith("\r\n\r\n", StringComparison.Ordinal);)
            {
                seen += (char)(await client.ReceiveAsync(1))[0];
            }
        }

        await client.SendAsync(Framed(RawClient.Connect("c") + RawClient.Subscribe("a", 0)));
        await client.ReceiveAsync(4 + 5 + (isWebSocket ? 2 : 0));
        var message = RawClient.Publish("a", "hello");
        var answerBytes = (message.Length / 2) + (isWebSocket ? 2 : 0);
        async Task<long> RunAsync()
        {
            for (var i = 0; i < Rounds; i++)
            {
                await client.SendAsync(Framed(message));
                await client.ReceiveAsync(answerBytes);
            }

            return await broker.Broker.InspectAsync(static _ => GC.GetAllocatedBytesForCurrentThread());
        }

        await RunAsync(); // fills pools, and compiles
        var before = await RunAsync();
        var after = await RunAsync();

        // Looking itself allocates a little on the loop; one object of 24 bytes a message would be 12,000.
        Assert.That(after - before, Is.LessThan(2000));
    }
}
