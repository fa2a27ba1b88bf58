using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace Roost.Mqtt.Proofs;

/// <summary>
/// What matching costs: 10 clients hold 10,000 filters with two wildcards each, and topics of a million names are published to them, each matching one
/// filter. For any broker: <c>bench/mqtt/compare</c> lets them take turns.
/// </summary>
internal static class WildcardLoad
{
    private const int Clients = 10;
    private const int Rooms = 100;
    private const int Outstanding = 2000;

    private static long s_delivered;

    /// <summary>Prints one line of JSON, with the names that mqload gives such figures.</summary>
    public static int Run(Arguments arguments)
    {
        var port = arguments.Integer("port", 1883);
        var each = arguments.Integer("filters", 10_000) / Clients;
        var length = TimeSpan.FromSeconds(arguments.Number("seconds", 4));
        using var broker = Process.GetProcessById(arguments.Integer("pid", Environment.ProcessId));
        var latencies = new List<double>[Clients];
        var subscribers = Enumerable.Range(0, Clients).Select(client => Subscribe(port, client, each)).ToList();
        var readers = subscribers.Select((subscriber, client) => StartReading(subscriber, latencies[client] = [])).ToList();
        using var publisher = WireClient.Connect(port, "wild-publisher");
        var random = new Random(20261121);
        var sent = Publish(publisher, random, each, TimeSpan.FromSeconds(1)); // warm-up
        var (before, processor, began) = (Interlocked.Read(ref s_delivered), ProcessorTime(broker), Stopwatch.GetTimestamp());
        sent += Publish(publisher, random, each, length);
        var all = sent;
        SpinWait.SpinUntil(() => Interlocked.Read(ref s_delivered) >= all, TimeSpan.FromSeconds(5));
        var (delivered, seconds) = (Interlocked.Read(ref s_delivered) - before, Stopwatch.GetElapsedTime(began).TotalSeconds);
        var used = ProcessorTime(broker) - processor;
        subscribers.ForEach(static subscriber => subscriber.Dispose());
        readers.ForEach(static reader => reader.Join());
        double[] ascending = [.. latencies.SelectMany(static list => list).Order()];
        var lost = sent - Interlocked.Read(ref s_delivered);
        Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["mode"] = "wildcards",
            ["delivered"] = delivered,
            ["delivered_per_s"] = Math.Round(delivered / seconds),
            ["broker_cpu_us_per_delivered"] = Math.Round(used.TotalMicroseconds / Math.Max(1, delivered), 3),
            ["latency_p50_us"] = Hostile.Report.Percentile(ascending, 50),
            ["latency_p99_us"] = Hostile.Report.Percentile(ascending, 99),
            ["lost"] = lost,
            ["verdict"] = lost == 0 ? "ok" : "LOST MESSAGES",
        }));
        return lost == 0 ? 0 : 1;
    }

    private static WireClient Subscribe(int port, int client, int filters)
    {
        var subscriber = WireClient.Connect(port, $"wild-{client}");
        foreach (var part in Enumerable.Range(0, filters).Chunk(200))
        {
            subscriber.Send(WireClient.SubscribeBytes(
                MqttProtocolVersion.V311, QualityOfService.AtMostOnce, part.Select(filter => $"wild/+/{client}-{filter}/#")));
            _ = subscriber.Receive();
        }

        return subscriber;
    }

    private static Thread StartReading(WireClient subscriber, List<double> latencies)
    {
        var reader = new Thread(() =>
        {
            try
            {
                while (subscriber.Receive() is { Length: > 8 } packet)
                {
                    latencies.Add(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(packet[^8..])).TotalMicroseconds);
                    Interlocked.Increment(ref s_delivered);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The run is over.
            }
        });
        reader.Start();
        return reader;
    }

    /// <returns>How many were sent; never more than <see cref="Outstanding"/> of them on their way.</returns>
    private static long Publish(WireClient publisher, Random random, int each, TimeSpan length)
    {
        var (sent, delivered, began) = (0L, Interlocked.Read(ref s_delivered), Stopwatch.GetTimestamp());
        Span<byte> batch = new byte[64 * 1024];
        Span<byte> stamp = stackalloc byte[8];
        while (Stopwatch.GetElapsedTime(began) < length)
        {
            var filled = 0;
            for (var count = 0; count < 64 && sent - (Interlocked.Read(ref s_delivered) - delivered) < Outstanding; count++, sent++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(stamp, Stopwatch.GetTimestamp());
                var topic = string.Create(CultureInfo.InvariantCulture, $"wild/{random.Next(Rooms)}/{random.Next(Clients)}-{random.Next(each)}/temperature");
                var packet = WireClient.PublishBytes(topic, stamp);
                packet.CopyTo(batch[filled..]);
                filled += packet.Length;
            }

            if (filled > 0)
            {
                publisher.Send(batch[..filled]);
            }
            else
            {
                Pause.For(TimeSpan.FromMicroseconds(100));
            }
        }

        return sent;
    }

    private static TimeSpan ProcessorTime(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }
}
