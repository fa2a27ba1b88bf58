using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Tests.Support;

namespace Roost.Streams.Tests;

/// <summary>A real mosquitto that plays the cloud on a port of its own, and a durable subscriber that keeps all that arrives.</summary>
internal sealed class Cloud(string folder, string more = "") : IAsyncDisposable
{
    private readonly ConcurrentQueue<MqttMessage> _arrived = new();
    private Process? _process;
    private MqttClient? _collector;

    public int Port { get; } = FreePort.Next();

    public IReadOnlyList<MqttMessage> Arrived => [.. _arrived];

    /// <summary>Messages so far; cheap to ask.</summary>
    public int Count => _arrived.Count;

    public int HighestNumber => Numbers.DefaultIfEmpty(-1).Max();

    public List<int> Numbers => [.. _arrived.Select(message => Some.NumberOf(message.Payload))];

    public void Configure(CloudMqttOptions options)
    {
        options.Host = "127.0.0.1";
        options.Port = Port;
        options.ClientId = "site-17";
        options.ReconnectMax = TimeSpan.FromSeconds(1);
    }

    public async Task StartAsync()
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "mosquitto.conf");
        await File.WriteAllTextAsync(file, $"""
            listener {Port} 127.0.0.1
            allow_anonymous true
            persistence true
            persistence_location {folder}/
            user root
            max_queued_messages 0
            {more}

            """);
        _process = Process.Start(new ProcessStartInfo("/usr/sbin/mosquitto", ["-c", file]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Eventually.IsTrueAsync(AcceptsAsync, "mosquitto to listen");
    }

    /// <summary>The collector keeps its session while the server is away.</summary>
    public async Task CollectAsync(string filter = "#")
    {
        _collector = new MqttClient(new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = Port,
            ClientIdentifier = "collector",
            CleanStart = false,
            SessionExpiryInterval = TimeSpan.FromHours(1),
            ReconnectDelay = TimeSpan.FromMilliseconds(50),
            ReconnectDelayMax = TimeSpan.FromMilliseconds(200),
        });
        _collector.MessageHandler = (received, _) =>
        {
            _arrived.Enqueue(received.Message);
            return ValueTask.CompletedTask;
        };
        await _collector.ConnectAsync();
        await _collector.SubscribeAsync(TopicFilter.Parse(filter));
    }

    /// <summary>SIGTERM: mosquitto writes its sessions down, so that what it acknowledged counts.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-15", $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_collector is not null)
        {
            await _collector.DisposeAsync();
        }

        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
    }

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
