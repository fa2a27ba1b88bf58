using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Roost.Mqtt.Proofs;

/// <summary>The daemon as its users run it, with the limits of its defaults, on a port and a folder of its own.</summary>
internal sealed class BrokerUnderTest : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly Timer _sampler;

    private BrokerUnderTest(Process process, int port, string folder)
    {
        _process = process;
        Port = port;
        _folder = folder;
        _sampler = new Timer(_ => Sample(), null, 0, 50);
    }

    public int Port { get; }

    /// <summary>Highest of samples taken every 50 ms since the last <see cref="ResetPeak"/>.</summary>
    public double PeakMiB { get; private set; }

    public bool HasExited => _process.HasExited;

    public static BrokerUnderTest Start(Arguments arguments)
    {
        var folder = Directory.CreateTempSubdirectory("roost-proofs-").FullName;
        var port = FreePort();
        var command = arguments.Text("broker") ?? DefaultCommand(folder, port);
        var parts = command.Replace("{port}", $"{port}", StringComparison.Ordinal).Replace("{dir}", folder, StringComparison.Ordinal).Split(' ');
        var process = Process.Start(new ProcessStartInfo(parts[0], parts[1..]))!;
        var broker = new BrokerUnderTest(process, port, folder);
        broker.WaitUntilReady();
        return broker;
    }

    public double RssMiB() => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(static line => int.Parse(line.AsSpan(6).Trim().TrimEnd(" kB")) / 1024.0)
        .FirstOrDefault();

    /// <summary>Processor time so far, all threads.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    public void ResetPeak() => PeakMiB = RssMiB();

    public void Dispose()
    {
        _sampler.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string DefaultCommand(string folder, int port)
    {
        var daemon = FindDaemon();
        File.WriteAllText(Path.Combine(folder, "roost.yaml"), $$"""
            mqtt: { listeners: [ { address: 127.0.0.1, port: {{port}}, anonymous: true } ] }
            http: { listeners: [] }
            """);
        return $"dotnet {daemon} --config {folder}/roost.yaml --data {folder}/data";
    }

    private static string FindDaemon()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var daemon = Path.Combine(folder.FullName, "out/bench/roostd.dll");
            if (File.Exists(daemon))
            {
                return daemon;
            }
        }

        throw new FileNotFoundException("There is no out/bench/roostd.dll: run bench/mqtt/build-roost first, or give --broker.");
    }

    private static int FreePort()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    private void WaitUntilReady()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var probe = WireClient.Connect(Port, "probe");
                return;
            }
            catch (SocketException) when (!_process.HasExited && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60))
            {
                Pause.For(TimeSpan.FromMilliseconds(5));
            }
        }
    }

    private void Sample()
    {
        try
        {
            PeakMiB = Math.Max(PeakMiB, RssMiB());
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // It has ended; the run says so.
        }
    }
}
