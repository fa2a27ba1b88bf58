using System.Text;
using System.Text.Json;

namespace Roost.Tests.Support;

/// <summary>A real nats-server with JetStream and MQTT, alone or one node of a cluster; comes up again on the same ports and folder.</summary>
public sealed class NatsServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _name;
    private string _cluster = "";
    private RunningProcess? _process;

    public NatsServer(string folder, string name = "cloud")
    {
        _folder = folder;
        _name = name;
    }

    public int Port { get; } = FreePort.Next();

    public int MqttPort { get; } = FreePort.Next();

    public int RoutePort { get; } = FreePort.Next();

    /// <summary>Three nodes that replicate all they keep. They are not started.</summary>
    public static IReadOnlyList<NatsServer> Cluster(string folder)
    {
        NatsServer[] nodes = [.. Enumerable.Range(1, 3).Select(number => new NatsServer(Path.Combine(folder, $"node{number}"), $"node{number}"))];
        var routes = string.Join(", ", nodes.Select(node => $"\"nats://127.0.0.1:{node.RoutePort}\""));
        foreach (var node in nodes)
        {
            node._cluster = $"cluster {{ name: cloud, listen: 127.0.0.1:{node.RoutePort}, routes: [ {routes} ] }}";
        }

        return nodes;
    }

    /// <summary>Starts it and waits until it answers on its port; a cluster takes some seconds more to elect its leaders.</summary>
    public async Task StartAsync()
    {
        Directory.CreateDirectory(_folder);
        var replicas = _cluster.Length > 0 ? 3 : 1;
        var file = Path.Combine(_folder, "nats.conf");
        await File.WriteAllTextAsync(file, $$"""
            server_name: {{_name}}
            listen: 127.0.0.1:{{Port}}
            jetstream { store_dir: "{{_folder}}" }
            mqtt { listen: "127.0.0.1:{{MqttPort}}", stream_replicas: {{replicas}}, consumer_replicas: {{replicas}} }
            {{_cluster}}

            """);
        _process = RunningProcess.Start("/usr/sbin/nats-server", "-c", file);
        await Loopback.AcceptsAsync(MqttPort, $"nats-server {_name}", _process);
    }

    /// <summary>
    /// Leaves the session of a subscriber that is away, for which everything is kept that is published from now on: with MQTT nats-server
    /// forgets what nobody waits for.
    /// </summary>
    /// <returns>False where it is not ready yet: the nodes of a cluster have to agree on who leads.</returns>
    public async Task<bool> TryKeepAllAsync()
    {
        await using var subscriber = RunningProcess.Start("mosquitto_sub", "-p", $"{MqttPort}", "-V", "311", "-i", "keeper", "-c", "-q", "1", "-t", "#", "-E", "-W", "30");
        return await subscriber.WaitForExitAsync() == 0;
    }

    /// <summary>kill -9. What it has acknowledged it has written, so it is there after the next start.</summary>
    public Task KillAsync() => _process!.KillAsync();

    /// <summary>The payloads of all MQTT messages of QoS 1 that are kept, in their order.</summary>
    public async Task<IReadOnlyList<byte[]>> StoredAsync()
    {
        await using var client = await NatsClient.ConnectAsync(Port);
        using var info = await client.RequestAsync("$JS.API.STREAM.INFO.$MQTT_msgs", "");
        if (!info.RootElement.TryGetProperty("state", out var state))
        {
            return [];
        }

        var (first, last) = (state.GetProperty("first_seq").GetInt64(), state.GetProperty("last_seq").GetInt64());
        var stored = new List<byte[]>();
        for (var next = first; next <= last; next += 500)
        {
            var requests = Enumerable.Range(0, (int)Math.Min(500, last - next + 1)).Select(index => Encoding.UTF8.GetBytes($$"""{"seq":{{next + index}}}""")).ToList();
            stored.AddRange((await client.RequestAsync("$JS.API.STREAM.MSG.GET.$MQTT_msgs", requests)).Select(Payload));
        }

        return stored;
    }

    /// <summary>How many messages of QoS 1 it has; none where it does not answer.</summary>
    public async Task<long> CountAsync()
    {
        try
        {
            await using var client = await NatsClient.ConnectAsync(Port);
            using var info = await client.RequestAsync("$JS.API.STREAM.INFO.$MQTT_msgs", "");
            return info.RootElement.TryGetProperty("state", out var state) ? state.GetProperty("messages").GetInt64() : 0;
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            return 0;
        }
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static byte[] Payload(byte[] answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.GetProperty("message").TryGetProperty("data", out var data) ? data.GetBytesFromBase64() : [];
    }
}
