using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Roost.Mqtt.Proofs.Hostile;

/// <summary>Many connections, many bytes.</summary>
internal static class Floods
{
    /// <summary>The broker gives a connection 10 s for its CONNECT; a byte a second never gets there.</summary>
    public static string SlowConnects(int port, double scale, CancellationToken limit)
    {
        var connect = WireClient.ConnectBytes("slow-connect-with-a-long-name");
        using var clients = new Crowd();
        var count = (int)(5000 * scale);
        for (var i = 0; i < count; i++)
        {
            clients.Add(WireClient.Open(port));
        }

        var refused = 0;
        for (var at = 0; at < connect.Length - 1 && !limit.IsCancellationRequested && refused < count; at++)
        {
            var step = Stopwatch.GetTimestamp();
            refused = clients.Each(client => client.Send(connect.AsSpan(at, 1)));
            if (TimeSpan.FromSeconds(1) - Stopwatch.GetElapsedTime(step) is { Ticks: > 0 } rest)
            {
                Pause.For(rest);
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{refused:N0} of {count:N0} thrown out");
    }

    public static string ConnectStorm(int port, double scale, CancellationToken limit)
    {
        var connect = WireClient.ConnectBytes("");
        var began = Stopwatch.GetTimestamp();
        var total = 0L;
        Parallel(4, () =>
        {
            while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(8 * scale) && !limit.IsCancellationRequested)
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.LingerState = new LingerOption(enable: true, seconds: 0); // a reset: no port waits for its time to pass
                socket.Connect(IPAddress.Loopback, port);
                socket.Send(connect);
                Interlocked.Increment(ref total);
            }
        });
        return string.Create(CultureInfo.InvariantCulture, $"{total / Stopwatch.GetElapsedTime(began).TotalSeconds:N0} connects/s");
    }

    public static string HalfPackets(int port, double scale, CancellationToken limit)
    {
        var publish = WireClient.PublishBytes("half", new byte[200_000]).AsSpan(0, 100_000).ToArray();
        using var clients = new Crowd();
        for (var i = 0; i < 1000 * scale && !limit.IsCancellationRequested; i++)
        {
            var client = WireClient.Connect(port, $"half-{i}");
            clients.Add(client);
            client.Send(publish);
        }

        Pause.For(TimeSpan.FromSeconds(2));
        return string.Create(CultureInfo.InvariantCulture, $"{clients.Count * 100_000L / 1048576:N0} MiB sent");
    }

    public static string Oversize(int port, double scale, CancellationToken limit)
    {
        var count = 0;
        byte[][] openings = [[0x10, 0xFF, 0xFF, 0xFF, 0x7F], [0x30, 0xFF, 0xFF, 0xFF, 0x7F], [0x30, 0x81, 0x80, 0x10], [0x82, 0xFF, 0xFF, 0xFF, 0x7F]];
        var rest = new byte[64 * 1024];
        for (; count < 5000 * scale && !limit.IsCancellationRequested; count++)
        {
            using var client = count % 2 == 0 ? WireClient.Open(port) : WireClient.Connect(port, "");
            try
            {
                client.Send(openings[count % openings.Length]);
                client.Send(rest);
            }
            catch (SocketException)
            {
                // Cut off, as it must be.
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{count:N0} connections");
    }

    public static string DeafReaders(int port, double scale, CancellationToken limit)
    {
        using var clients = new Crowd();
        for (var i = 0; i < 100 * scale; i++)
        {
            var client = WireClient.Connect(port, $"deaf-{i}", receiveBuffer: 4096);
            client.Send(WireClient.SubscribeBytes(MqttProtocolVersion.V311, QualityOfService.AtMostOnce, "deaf/#"));
            clients.Add(client);
        }

        using var publisher = WireClient.Connect(port, "loud");
        var publish = WireClient.PublishBytes("deaf/x", new byte[64_000]);
        var sent = 0;
        for (; sent < 3000 * scale && !limit.IsCancellationRequested; sent++)
        {
            publisher.Send(publish);
        }

        publisher.Send([0xC0, 0]);
        _ = publisher.Receive();
        return string.Create(CultureInfo.InvariantCulture, $"{sent * 64_000L / 1048576:N0} MiB to each");
    }

    /// <summary>The same work on threads of its own; a lost connection ends one of them, not the run.</summary>
    private static void Parallel(int count, Action work)
    {
        var threads = Enumerable.Range(0, count).Select(_ => new Thread(() =>
        {
            try
            {
                work();
            }
            catch (SocketException exception)
            {
                Console.Error.WriteLine($"storm: {exception.Message}");
            }
        })).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
    }
}
