using Roost.Tests.Support;

namespace Roost.Streams.Bench;

/// <summary>A mosquitto on loopback without subscribers: it acknowledges and forgets.</summary>
internal sealed class BenchMosquitto : IAsyncDisposable
{
    private readonly RunningProcess _process;

    private BenchMosquitto(RunningProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public static async Task<BenchMosquitto> StartAsync(string folder, string settings = "")
    {
        Directory.CreateDirectory(folder);
        var (file, port) = (Path.Combine(folder, "mosquitto.conf"), FreePort.Next());

        // Without set_tcp_nodelay its acknowledgements wait for ours of TCP whenever a window is used up: a quarter of the rate with MQTT 3.1.1.
        await File.WriteAllTextAsync(file, $"listener {port} 127.0.0.1\nallow_anonymous true\nlog_type error\nuser root\nset_tcp_nodelay true\n{settings}");
        var process = RunningProcess.Start("/usr/sbin/mosquitto", "-c", file);
        await Loopback.AcceptsAsync(port, "mosquitto", process);
        return new BenchMosquitto(process, port);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
