using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>A real mosquitto on a port of its own, which tests may kill and start again.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private const int Sigterm = 15;

    private readonly TemporaryFolder _folder = new();
    private Process? _process;
    private volatile string _lastWords = "";

    public int Port { get; } = FreePort.Next();

    /// <remarks><c>user root</c>: a broker started by root would become one that cannot write into our folder; started by others it means nothing.</remarks>
    /// <param name="settings">Further lines of the configuration.</param>
    public static async Task<Mosquitto> StartAsync(params string[] settings)
    {
        var broker = new Mosquitto();
        await File.WriteAllLinesAsync(
            broker._folder["mosquitto.conf"],
            [$"listener {broker.Port} 127.0.0.1", "user root", "allow_anonymous true", "max_queued_messages 0", "max_inflight_messages 0", "log_type all", "log_dest stdout", .. settings]);
        try
        {
            await broker.StartAgainAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public async Task StartAgainAsync()
    {
        _process = Process.Start(new ProcessStartInfo("mosquitto", ["-c", _folder["mosquitto.conf"]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        _lastWords = "";
        _process.OutputDataReceived += (_, line) => _lastWords = line.Data ?? _lastWords;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.IsTrueAsync(
            async () => _process.HasExited ? throw new AssertionException($"mosquitto has ended: {_lastWords}") : await CanConnectAsync(),
            $"mosquitto to listen on port {Port}");
    }

    /// <summary>An orderly stop: a broker with persistence writes its store.</summary>
    public async Task TerminateAsync()
    {
        Assert.That(Kill(_process!.Id, Sigterm), Is.Zero);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _folder.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);

    private async Task<bool> CanConnectAsync()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
