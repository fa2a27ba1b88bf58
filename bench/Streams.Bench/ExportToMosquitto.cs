using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Roost.Streams.Bench;

/// <summary>A backlog of records of 200 bytes on its way to a mosquitto on loopback that has no subscriber.</summary>
internal static class ExportToMosquitto
{
    private const int Records = 50_000;
    private const int BatchRecords = 1000;

    public static async Task<(long, TimeSpan)> RunAsync(string folder, string version, int maxInflight)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        await FillAsync(Path.Combine(folder, "streams"));
        var port = FreePort();
        using var mosquitto = await StartMosquittoAsync(folder, port);
        try
        {
            var export = new ExportOptions { Stream = "bench", Topic = "cloud/bench", MaxInflight = maxInflight };
            await using var room = await StreamsRoom.StartAsync(Path.Combine(folder, "streams"), mqtt => (mqtt.Host, mqtt.Port, mqtt.Version) = ("127.0.0.1", port, version), export);
            using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
            while (room.Exports.List()[0].AcknowledgedRecords == 0)
            {
                await poll.WaitForNextTickAsync(); // connecting is not measured
            }

            var (began, first) = (TimeProvider.System.GetTimestamp(), room.Exports.List()[0].AcknowledgedRecords);
            poll.Period = TimeSpan.FromMilliseconds(10);
            while (room.Exports.List()[0].AcknowledgedRecords < Records)
            {
                await poll.WaitForNextTickAsync();
            }

            return (Records - first, TimeProvider.System.GetElapsedTime(began));
        }
        finally
        {
            mosquitto.Kill();
            await mosquitto.WaitForExitAsync();
        }
    }

    private static async Task FillAsync(string folder)
    {
        await using var room = await StreamsRoom.StartAsync(folder);
        var batch = Enumerable.Repeat(new NewRecord { Key = "robots/vac-01", Payload = new byte[200] }, BatchRecords).ToList();
        for (var records = 0; records < Records; records += BatchRecords)
        {
            await room.Stream.AppendAsync(batch);
        }
    }

    private static async Task<Process> StartMosquittoAsync(string folder, int port)
    {
        var file = Path.Combine(folder, "mosquitto.conf");

        // Without set_tcp_nodelay its acknowledgements wait for ours of TCP whenever a window is used up: a quarter of the rate with MQTT 3.1.1.
        await File.WriteAllTextAsync(file, $"listener {port} 127.0.0.1\nallow_anonymous true\nlog_type error\nuser root\nset_tcp_nodelay true\n");
        var mosquitto = Process.Start(new ProcessStartInfo("/usr/sbin/mosquitto", ["-c", file]) { UseShellExecute = false })!;
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await ListensAsync(port))
        {
            await poll.WaitForNextTickAsync();
        }

        return mosquitto;
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
