using System.Diagnostics;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Support;

/// <summary>A mosquitto_sub under a name of its own, that is connected and subscribed.</summary>
internal sealed class RunningSubscriber : IAsyncDisposable
{
    private readonly Process _process;

    private RunningSubscriber(Process process) => _process = process;

    public static async Task<RunningSubscriber> StartAsync(int port, string id, params string[] arguments)
    {
        var start = new ProcessStartInfo("stdbuf", ["-oL", "mosquitto_sub", "-d", "-p", $"{port}", "-i", id, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var output = new SharedText();
        var subscriber = new RunningSubscriber(Process.Start(start)!);
        subscriber._process.OutputDataReceived += (_, line) => output.WriteLine(line.Data);
        subscriber._process.BeginOutputReadLine();
        await Eventually.IsTrueAsync(() => output.ToString().Contains("Subscribed (mid", StringComparison.Ordinal), $"the subscription of {id}");
        return subscriber;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
