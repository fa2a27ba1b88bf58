using System.Buffers.Binary;
using System.Text;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>One packet must not make the loop send, or the journal write, the same retained message thousands of times.</summary>
public sealed class RetainedStormTests
{
    [Test]
    public async Task A_filter_that_stands_in_a_packet_many_times_is_served_its_retained_message_once()
    {
        await using var broker = await TestBroker.StartAsync();
        using var robot = await broker.ConnectAsync(RawClient.Connect("r"));
        await robot.SendAsync(RawClient.Publish("conf", "x", quality: 1, packetIdentifier: 3, retain: true));
        await robot.ExpectAsync("40 02 0003");
        using var subscriber = await broker.ConnectAsync(RawClient.Connect("s", clean: false));
        const int Filters = 30_000;

        await subscriber.SendAsync(SubscribeMany("conf", Filters));

        var answer = await subscriber.ReceivePacketAsync();
        Assert.That(answer[0], Is.EqualTo(0x90));
        await subscriber.ExpectAsync("33 09 0004 636F6E66 0001 78");
        await subscriber.SendAsync("40 02 0001");
        await subscriber.ExpectNothingAsync();
    }

    private static byte[] SubscribeMany(string filter, int count)
    {
        var one = new byte[2 + filter.Length + 1];
        BinaryPrimitives.WriteUInt16BigEndian(one, (ushort)filter.Length);
        Encoding.UTF8.GetBytes(filter, one.AsSpan(2));
        one[^1] = 1;
        var length = 2 + (one.Length * count);
        byte[] header = [0x82, (byte)((length & 0x7F) | 0x80), (byte)(((length >> 7) & 0x7F) | 0x80), (byte)(length >> 14), 0, 1];
        return [.. header, .. Enumerable.Repeat(one, count).SelectMany(bytes => bytes)];
    }
}
