using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

/// <summary>A real mosquitto that plays the cloud: it keeps sessions over a restart, on the same port and folder.</summary>
internal sealed class Mosquitto(string folder) : IAsyncDisposable
{
    private RunningProcess? _process;

    public int Port { get; } = FreePort.Next();

    public async Task StartAsync()
    {
        Directory.CreateDirectory(folder);
        var configuration = Path.Combine(folder, "mosquitto.conf");
        await File.WriteAllTextAsync(configuration, $"""
            listener {Port} 127.0.0.1
            allow_anonymous true
            persistence true
            persistence_location {folder}/
            user root
            max_queued_messages 0
            max_inflight_messages 0

            """);
        _process = RunningProcess.Start("/usr/sbin/mosquitto", "-c", configuration);
        await Loopback.AcceptsAsync(Port, "the cloud's mosquitto");
    }

    /// <summary>SIGTERM: mosquitto saves its sessions only on a clean end, and what it acknowledged counts here.</summary>
    public async Task StopAsync()
    {
        _process!.Signal(15);
        await _process.WaitForExitAsync();
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
