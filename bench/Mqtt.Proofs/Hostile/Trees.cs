using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Roost.Mqtt.Proofs.Hostile;

/// <summary>Filters, topics and retained messages that are meant to cost much to match.</summary>
internal static class Trees
{
    public static string DeepFilters(int port, double scale, CancellationToken limit)
    {
        string[] filters = [new string('/', 32_000), string.Concat(Enumerable.Repeat("+/", 16_000)) + "#", string.Concat(Enumerable.Repeat("a/", 63)) + "#"];
        var refused = 0;
        for (var i = 0; i < 1000 * scale && !limit.IsCancellationRequested; i++)
        {
            using var client = WireClient.Connect(port, $"deep-{i % 10}");
            client.Send(WireClient.SubscribeBytes(MqttProtocolVersion.V311, QualityOfService.AtLeastOnce, filters));
            refused += client.Receive().ToArray().Count(static code => code == 0x80);
            try
            {
                client.Send(WireClient.PublishBytes(new string('/', 32_000), "x"u8));
                client.Send(WireClient.PublishBytes(string.Concat(Enumerable.Repeat("a/", 63)) + "b", "x"u8));
                _ = client.Receive();
            }
            catch (SocketException)
            {
                // A topic that deep costs the connection.
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{refused:N0} filters refused");
    }

    /// <summary>All words of ten levels of <c>a</c> and <c>+</c>: a topic of ten <c>a</c> matches each of 1,000 filters, in each of 100 sessions.</summary>
    public static string OverlappingWildcards(int port, double scale, CancellationToken limit)
    {
        var filters = Enumerable.Range(0, 1000).Select(word => string.Join('/', Enumerable.Range(0, 10).Select(level => (word >> level & 1) == 0 ? "a" : "+"))).ToList();
        using var clients = new Crowd();
        for (var i = 0; i < 100 * scale && !limit.IsCancellationRequested; i++)
        {
            var client = WireClient.Connect(port, $"laugh-{i}");
            clients.Add(client);
            foreach (var part in filters.Chunk(200))
            {
                client.Send(WireClient.SubscribeBytes(MqttProtocolVersion.V311, QualityOfService.AtMostOnce, part));
                _ = client.Receive();
            }
        }

        using var publisher = WireClient.Connect(port, "laughing");
        var topic = string.Join('/', Enumerable.Repeat("a", 10));
        var began = Stopwatch.GetTimestamp();
        var sent = 0;
        while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5 * scale) && !limit.IsCancellationRequested)
        {
            publisher.Send(WireClient.PublishBytes(topic, "ha"u8, QualityOfService.AtLeastOnce, 1));
            _ = publisher.Receive();
            if (++sent % 10 == 0)
            {
                // Every route has to be found anew.
                publisher.Send(WireClient.SubscribeBytes(MqttProtocolVersion.V311, QualityOfService.AtMostOnce, $"other/{sent}"));
                _ = publisher.Receive();
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{sent:N0} messages, {sent / Stopwatch.GetElapsedTime(began).TotalSeconds:N0}/s one at a time");
    }

    public static string HugeSubscribes(int port, double scale, CancellationToken limit)
    {
        var body = new List<byte> { 0, 1 };
        for (var i = 0; body.Count < 262_000; i++)
        {
            body.AddRange([0, 1, (byte)('a' + (i % 26)), 0]);
        }

        byte[] packet = [0x82, (byte)(body.Count % 128 | 128), (byte)(body.Count / 128 % 128 | 128), (byte)(body.Count / 16_384), .. body];
        var sent = 0;
        using var client = WireClient.Connect(port, "huge");
        for (; sent < 50 * scale && !limit.IsCancellationRequested; sent++)
        {
            client.Send(packet);
            if (client.Receive().IsEmpty)
            {
                return string.Create(CultureInfo.InvariantCulture, $"cut off after {sent}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{sent} answered");
    }

    public static string EverNewTopics(int port, double scale, CancellationToken limit)
    {
        using var client = WireClient.Connect(port, "new-topics");
        var sent = 0;
        var longName = new string('n', 200);
        while (sent < 500_000 * scale && !limit.IsCancellationRequested)
        {
            client.Send(WireClient.PublishBytes($"new/{sent}/{longName}", "x"u8));
            if (++sent % 1000 == 0)
            {
                client.Send(WireClient.SubscribeBytes(MqttProtocolVersion.V311, QualityOfService.AtMostOnce, $"nobody/{sent % 5000}"));
                _ = client.Receive();
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{sent:N0} topics");
    }

    public static string RetainedStorm(int port, double scale, CancellationToken limit)
    {
        using var client = WireClient.Connect(port, "retainer");
        var count = (int)(100_000 * scale);
        for (var i = 0; i < count; i++)
        {
            client.Send(WireClient.PublishBytes($"kept/{i}", "some retained payload"u8, retain: true));
        }

        client.Send([0xC0, 0]);
        while (client.Receive()[0] != 0xD0)
        {
        }

        var taken = 0L;
        for (var round = 0; round < 20 && !limit.IsCancellationRequested; round++)
        {
            using var greedy = WireClient.Connect(port, "greedy");
            greedy.Send(WireClient.SubscribeBytes(MqttProtocolVersion.V311, QualityOfService.AtMostOnce, "kept/#"));
            for (var received = 0; received <= count && greedy.Receive().Length > 0; received++)
            {
                taken++;
            }
        }

        for (var i = 0; i < count; i++)
        {
            client.Send(WireClient.PublishBytes($"kept/{i}", [], retain: true));
        }

        client.Send([0xC0, 0]);
        _ = client.Receive();
        return string.Create(CultureInfo.InvariantCulture, $"{taken:N0} delivered");
    }
}
