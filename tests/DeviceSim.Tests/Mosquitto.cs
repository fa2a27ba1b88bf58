using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Roost.Tests.Support;

namespace Roost.DeviceSim.Tests;

/// <summary>A real broker of somebody else's on a port of the test's own.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private Process? _process;

    public int Port { get; } = FreePort.Next();

    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo("mosquitto", ["-p", $"{Port}"]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Eventually.IsTrueAsync(AcceptsAsync, $"mosquitto to listen on {Port}");
    }

    public async Task StopAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<bool> AcceptsAsync()
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
