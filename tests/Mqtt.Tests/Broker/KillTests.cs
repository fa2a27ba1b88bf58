using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

public sealed class KillTests
{
    private const int Messages = 500;

    [TestCase(1)]
    [TestCase(2)]
    public async Task Every_acknowledged_message_is_there_after_kill_9(int quality)
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        var acknowledged = 0;
        using (var broker = await BrokerProcess.StartAsync(port, folder.Path))
        {
            using (var subscriber = await RawClient.ConnectAsync(port, RawClient.Connect("s", clean: false)))
            {
                await subscriber.SendAsync(RawClient.Subscribe("a", quality));
                await subscriber.ExpectAsync($"90 03 0001 0{quality}");
            }

            using var publisher = await RawClient.ConnectAsync(port, RawClient.Connect("p", clean: false));
            for (var i = 1; i <= Messages; i++)
            {
                await publisher.SendAsync(RawClient.Publish("a", $"{i:0000}", quality, (ushort)i));
            }

            for (; acknowledged < Messages / 2; acknowledged++)
            {
                await publisher.ReceiveAsync(4, "an acknowledgement"); // the rest is on its way when the kill comes
            }

            await broker.KillAsync();
        }

        using var restarted = await BrokerProcess.StartAsync(port, folder.Path);
        using var again = await RawClient.OpenAsync(port);
        await again.SendAsync(RawClient.Connect("s", clean: false));
        await again.ExpectAsync("20 02 01 00");
        for (var i = 1; i <= acknowledged; i++)
        {
            var packet = await again.ReceivePacketAsync();
            Assert.That(System.Text.Encoding.UTF8.GetString(packet[^4..]), Is.EqualTo($"{i:0000}"));
        }
    }
}
