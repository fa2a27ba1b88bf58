using System.Diagnostics;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>A broker in a process of its own, to be killed. None outlives its test.</summary>
internal sealed class BrokerProcess : IDisposable
{
    private readonly Process _process;

    private BrokerProcess(Process process) => _process = process;

    public static async Task<BrokerProcess> StartAsync(int port, string folder)
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
        return new BrokerProcess(process);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
