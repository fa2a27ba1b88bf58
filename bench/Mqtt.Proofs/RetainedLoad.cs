using System.Buffers.Binary;
using System.Diagnostics;

namespace Roost.Mqtt.Proofs;

/// <summary>What retained messages cost that many subscribers ask for at once: first while none of them reads, then until all have everything.</summary>
internal static class RetainedLoad
{
    public static int Run(Arguments arguments)
    {
        var (topics, subscribers) = (arguments.Integer("topics", 100_000), arguments.Integer("subscribers", 20));
        var isClean = arguments.Text("sessions") != "kept";
        using var broker = BrokerUnderTest.Start(arguments);
        Publish(broker.Port, topics);
        var before = broker.RssMiB();
        broker.ResetPeak();
        var began = Stopwatch.GetTimestamp();
        var clients = Enumerable.Range(0, subscribers).Select(index => WireClient.Connect(broker.Port, $"reader-{index}", clean: isClean, receiveBuffer: 4096)).ToList();
        clients.ForEach(static client => client.Send(WireClient.SubscribeBytes(MqttProtocolVersion.V311, QualityOfService.AtLeastOnce, ["retained/#"])));
        var asked = Stopwatch.GetElapsedTime(began);
        Pause.For(TimeSpan.FromSeconds(5));
        var unread = broker.PeakMiB;
        began = Stopwatch.GetTimestamp();
        var counts = new long[subscribers];
        var readers = clients.Select((client, index) => new Thread(() => counts[index] = Drain(client, topics))).ToList();
        readers.ForEach(static reader => reader.Start());
        readers.ForEach(static reader => reader.Join());
        var taken = Stopwatch.GetElapsedTime(began);
        clients.ForEach(static client => client.Dispose());
        var isWhole = counts.All(count => count == topics);
        Console.WriteLine($"{topics:#,0} retained, {subscribers} subscribers ({(isClean ? "clean" : "kept")} sessions): RSS {before:0} MiB, {unread:0} while none reads (asked in {asked.TotalSeconds:0.0} s), "
            + $"{broker.PeakMiB:0} at the highest; all had all in {taken.TotalSeconds:0.0} s: {isWhole}");
        return isWhole ? 0 : 1;
    }

    private static void Publish(int port, int topics)
    {
        using var publisher = WireClient.Connect(port, "publisher");
        var payload = new byte[100];
        for (var i = 0; i < topics; i++)
        {
            publisher.Send(WireClient.PublishBytes($"retained/{i / 100}/{i}", payload, QualityOfService.AtLeastOnce, (ushort)((i % 500) + 1), retain: true));
            if (i % 500 == 499 || i == topics - 1)
            {
                for (var acknowledged = 0; acknowledged <= i % 500; acknowledged++)
                {
                    _ = publisher.Receive();
                }
            }
        }
    }

    private static long Drain(WireClient client, int topics)
    {
        var count = 0L;
        Span<byte> acknowledgement = [0x40, 2, 0, 0];
        while (count < topics)
        {
            var packet = client.Receive();
            if (packet.IsEmpty)
            {
                return count;
            }

            if (packet[0] >> 4 == 3)
            {
                var body = packet[(packet[1] < 128 ? 2 : 3)..];
                body.Slice(2 + BinaryPrimitives.ReadUInt16BigEndian(body), 2).CopyTo(acknowledgement[2..]);
                client.Send(acknowledgement);
                count++;
            }
        }

        return count;
    }
}
