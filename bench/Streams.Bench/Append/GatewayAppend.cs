using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Streams.Bench.Append;

/// <summary>Over the wire: MQTT clients, one for each producer, that publish to a gateway whose route appends to a stream.</summary>
internal static class GatewayAppend
{
    public static async Task<(long, TimeSpan)> RunAsync(string folder, int producers, Durability durability)
    {
        var (file, port) = (Path.Combine(folder, "roost.yaml"), FreePort.Next());
        var setting = durability switch
        {
            Durability.PowerLoss => "power-loss",
            Durability.Crash => "crash",
            _ => throw new ArgumentOutOfRangeException(nameof(durability)),
        };
        await File.WriteAllTextAsync(file, $$"""
            mqtt:
              listeners: [ { address: 127.0.0.1, port: {{port}}, anonymous: true } ]
            http:
              listeners: [ { address: 127.0.0.1, port: {{FreePort.Next()}} } ]
            routes: [ { from: "bench/#", to: { stream: bench } } ]
            streams: { bench: { durability: {{setting}} } }

            """);
        await using var gateway = RunningProcess.Start(Programs.Roostd, "--config", file, "--data", Path.Combine(folder, "data"));
        await gateway.WaitForOutputAsync(line => line.StartsWith("roost is ready:", StringComparison.Ordinal), "roostd to be ready", TimeSpan.FromSeconds(60));
        var clients = await Task.WhenAll(Enumerable.Range(0, producers).Select(number => ConnectAsync(port, number)));
        var message = new MqttMessage { Topic = TopicName.Parse("bench/a"), Payload = new byte[AppendTable.PayloadBytes], QualityOfService = QualityOfService.AtLeastOnce };
        var result = await ClosedLoop.RunAsync(producers, async producer => await clients[producer].PublishAsync(message));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        return result;
    }

    private static async Task<MqttClient> ConnectAsync(int port, int number)
    {
        var client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = port, ClientIdentifier = $"producer-{number}" });
        await client.ConnectAsync();
        return client;
    }
}
