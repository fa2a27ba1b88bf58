using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

/// <summary>What a robot does with mosquitto's command-line clients. Versions as mosquitto_pub names them: 311 or 5.</summary>
internal sealed class Robot(int port, string version)
{
    public async Task PublishAsync(string topic, string payload) =>
        await RunningProcess.RunAsync("mosquitto_pub", "-p", $"{port}", "-V", version, "-q", "1", "-t", topic, "-m", payload);

    /// <summary>One message a line, all acknowledged when the task completes.</summary>
    public async Task PublishAllAsync(string topic, IEnumerable<string> payloads)
    {
        await using var publisher = RunningProcess.Start("mosquitto_pub", "-p", $"{port}", "-V", version, "-q", "1", "-t", topic, "-l");
        foreach (var payload in payloads)
        {
            publisher.WriteLine(payload);
        }

        publisher.CloseInput();
        Assert.That(await publisher.WaitForExitAsync(), Is.Zero, publisher.Errors);
    }

    /// <summary>Subscribes and returns once the subscription is acknowledged; lines are "topic payload".</summary>
    public async Task<RunningProcess> ListenAsync(params string[] filters)
    {
        var arguments = filters.SelectMany(filter => new[] { "-t", filter });
        var listener = RunningProcess.Start("stdbuf", ["-oL", "mosquitto_sub", "-d", "-v", "-p", $"{port}", "-V", version, "-q", "1", .. arguments]);
        await listener.WaitForOutputAsync(line => line.Contains("Subscribed", StringComparison.Ordinal), $"SUBACK for {string.Join(", ", filters)}");
        return listener;
    }
}
