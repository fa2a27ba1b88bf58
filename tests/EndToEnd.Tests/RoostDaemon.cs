using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

/// <summary>The real daemon on ports and a data folder of the test's own; can be killed and started again on them.</summary>
internal sealed class RoostDaemon(string folder, string configuration) : IAsyncDisposable
{
    private RunningProcess? _process;

    public int MqttPort { get; } = FreePort.Next();

    public int HttpPort { get; } = FreePort.Next();

    public string Url => $"http://127.0.0.1:{HttpPort}";

    public string Socket => Path.Combine(folder, "data", "run", "roostd.sock");

    public RunningProcess Process => _process!;

    public async Task StartAsync()
    {
        var file = Path.Combine(folder, "roost.yaml");
        await File.WriteAllTextAsync(file, $$"""
            mqtt:
              listeners: [ { address: 127.0.0.1, port: {{MqttPort}}, anonymous: true } ]
            http:
              listeners: [ { address: 127.0.0.1, port: {{HttpPort}} } ]

            """ + configuration);
        _process = RunningProcess.Start(Programs.Roostd, "--config", file, "--data", Path.Combine(folder, "data"));
        await Eventually.IsTrueAsync(
            () => _process.HasExited || _process.Output.Any(line => line.StartsWith("roost is ready:", StringComparison.Ordinal)),
            "roostd's ready line");
        Assert.That(_process.HasExited, Is.False, () => $"roostd ended: {string.Join('\n', _process.Output)} {_process.Errors}");
    }

    /// <summary>kill -9: nothing in the process gets a last word.</summary>
    public Task KillAsync() => Process.KillAsync();

    public async Task StopAsync()
    {
        Process.Signal(15);
        Assert.That(await Process.WaitForExitAsync(TimeSpan.FromSeconds(12)), Is.Zero, () => Process.Errors);
    }

    /// <summary>The operator's command line against this daemon.</summary>
    public Task<string> RoostAsync(params string[] arguments) =>
        RunningProcess.RunAsync(Programs.Roost, [.. arguments, "--socket", Socket]);

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
