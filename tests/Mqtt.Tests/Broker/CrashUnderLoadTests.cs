using System.Diagnostics;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>A few kills of <c>bench/mqtt/kill9</c>, which alone runs for as long as one likes; its figures are in docs/benchmarks.md.</summary>
public sealed class CrashUnderLoadTests
{
    [Test]
    public async Task Five_kills_under_load_from_three_kinds_of_clients_lose_repeat_and_reorder_nothing()
    {
        var host = Path.Combine(
            AppContext.BaseDirectory.Replace("Mqtt.Tests", "Mqtt.BrokerHost", StringComparison.Ordinal), "Roost.Mqtt.BrokerHost.dll");
        // Debian's interpreter: it is the one that python3-paho-mqtt belongs to.
        using var process = Process.Start(new ProcessStartInfo(
            "/usr/bin/python3",
            [Path.Combine(SourceTree.Root, "bench/mqtt/kill9"), "--kills", "5", "--seconds", "0.3", "--seed", "20261121",
                "--command", $"dotnet {host} --port {{port}} --data {{dir}} --max-queued 1000000"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var progress = process.StandardError.ReadToEndAsync();

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));

        Assert.That(process.ExitCode, Is.Zero, $"{await output}\n{await progress}");
    }
}
