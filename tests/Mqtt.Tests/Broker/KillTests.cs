using System.Diagnostics;
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
        using (var broker = await StartAsync(port, folder.Path))
        {
            using var end = new Ending(broker);
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

            broker.Kill();
            await broker.WaitForExitAsync();
        }

        using var restarted = await StartAsync(port, folder.Path);
        using var endOfRestarted = new Ending(restarted);
        using var again = await RawClient.OpenAsync(port);
        await again.SendAsync(RawClient.Connect("s", clean: false));
        await again.ExpectAsync("20 02 01 00");
        for (var i = 1; i <= acknowledged; i++)
        {
            var packet = await again.ReceivePacketAsync();
            Assert.That(System.Text.Encoding.UTF8.GetString(packet[^4..]), Is.EqualTo($"{i:0000}"));
        }
    }

    private static async Task<Process> StartAsync(int port, string folder)
    {
        var host = Path.Combine(
            AppContext.BaseDirectory.Replace("Mqtt.Tests", "Mqtt.BrokerHost", StringComparison.Ordinal), "Roost.Mqtt.BrokerHost.dll");
        var process = Process.Start(new ProcessStartInfo("dotnet", [host, "--port", $"{port}", "--data", folder]))!;
        await Eventually.IsTrueAsync(
            async () =>
            {
                using var socket = new System.Net.Sockets.TcpClient();
                try
                {
                    await socket.ConnectAsync(System.Net.IPAddress.Loopback, port);
                    return true;
                }
                catch (System.Net.Sockets.SocketException)
                {
                    Assert.That(process.HasExited, Is.False, $"{host} ended with exit code {(process.HasExited ? process.ExitCode : 0)}");
                    return false;
                }
            },
            "the broker process to listen");
        return process;
    }

    /// <summary>No process outlives its test.</summary>
    private sealed class Ending(Process process) : IDisposable
    {
        public void Dispose()
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
