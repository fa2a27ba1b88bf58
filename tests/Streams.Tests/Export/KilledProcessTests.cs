using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export;

/// <summary>SIGKILL at random moments of an export to a real mosquitto, while records are still appended.</summary>
public sealed class KilledProcessTests
{
    private const int Count = 5000;
    private const int Window = 100;

    [Test]
    public async Task Every_acknowledged_record_arrives_in_order_and_repetitions_stay_within_the_window()
    {
        using var folder = new TemporaryFolder();
        await using var cloud = new Cloud(folder["cloud"]);
        await cloud.StartAsync();
        await cloud.CollectAsync();
        var acknowledged = 0;
        var arrived = new List<int>();
        for (var kill = 1; kill <= 5; kill++)
        {
            var enough = (kill * Count / 6) + TestContext.CurrentContext.Random.Next(-400, 400);
            acknowledged = Math.Max(acknowledged, await RunAndKillAsync(folder["data"], cloud, () => cloud.Count >= enough));
            arrived.Add(cloud.Count);
        }

        acknowledged = Math.Max(acknowledged, await RunAndKillAsync(folder["data"], cloud, () => cloud.HighestNumber >= Count - 1));

        Assert.That(acknowledged, Is.GreaterThanOrEqualTo(Count));
        var numbers = cloud.Numbers;
        var repeated = numbers.Count - numbers.Distinct().Count();
        TestContext.Out.WriteLine($"killed after {string.Join(", ", arrived)} messages; {repeated} repeated");
        MqttExportTests.AssertOrderWithin(numbers, numbers.Max() + 1, Window);
        Assert.That(numbers.Max() + 1, Is.GreaterThanOrEqualTo(Count));
        Assert.That(repeated, Is.LessThanOrEqualTo(5 * Window));
    }

    /// <returns>How many records the child said were acknowledged.</returns>
    private static async Task<int> RunAndKillAsync(string folder, Cloud cloud, Func<bool> enough)
    {
        var program = Path.Combine(TestContext.CurrentContext.TestDirectory, "Roost.Streams.Crash.dll");
        using var child = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, "--folder", folder, "--Cloud:Mqtt:Port", $"{cloud.Port}", "--count", $"{Count}"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var lines = new ConcurrentQueue<string>();
        child.OutputDataReceived += (_, said) => lines.Enqueue(said.Data ?? "");
        child.BeginOutputReadLine();
        try
        {
            await Eventually.IsTrueAsync(() => enough() || child.HasExited, "records at the cloud");
            Assert.That(child.HasExited, Is.False, "the child ended by itself");
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync();
        }

        return lines.Max(line => int.TryParse(line, CultureInfo.InvariantCulture, out var count) ? count : 0);
    }
}
