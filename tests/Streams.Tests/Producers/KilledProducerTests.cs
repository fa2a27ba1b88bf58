using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Producers;

/// <summary>SIGKILL at random moments of a producer's appends; each time it sends again some of what was acknowledged, and what it never heard of.</summary>
public sealed class KilledProducerTests
{
    private const int Kills = 8;

    [Test]
    public async Task Over_kills_each_record_is_stored_once_and_in_order_however_much_is_sent_again()
    {
        using var folder = new TemporaryFolder();
        var random = TestContext.CurrentContext.Random;
        var acknowledged = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            acknowledged = await RunAndKillAsync(folder.Path, Math.Max(0, acknowledged - random.Next(60)), acknowledged + random.Next(1, 1500));
        }

        await using var host = await StreamsHost.StartAsync(folder.Path, "telemetry");
        var stored = host.Catalog.Get(Some.Telemetry).ReadAll().ConvertAll(text => int.Parse(text, CultureInfo.InvariantCulture));
        TestContext.Out.WriteLine($"{acknowledged} acknowledged, {stored.Count} stored");
        Assert.That(stored, Is.EqualTo(Enumerable.Range(0, stored.Count)), "each once, in order");
        Assert.That(stored, Has.Count.GreaterThanOrEqualTo(acknowledged));
    }

    /// <returns>What the child said was acknowledged.</returns>
    private static async Task<int> RunAndKillAsync(string folder, int from, int enough)
    {
        var program = Path.Combine(TestContext.CurrentContext.TestDirectory, "Roost.Streams.Crash.dll");
        using var child = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, "--folder", folder, "--produce", $"{from}"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var said = new ConcurrentQueue<int>();
        child.OutputDataReceived += (_, line) => said.Enqueue(int.TryParse(line.Data, CultureInfo.InvariantCulture, out var count) ? count : 0);
        child.BeginOutputReadLine();
        try
        {
            await Eventually.IsTrueAsync(() => child.HasExited || (!said.IsEmpty && said.Max() >= enough), $"{enough} to be acknowledged", TimeSpan.FromSeconds(60));
            Assert.That(child.HasExited, Is.False, "the child ended by itself");
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync();
        }

        return said.Max();
    }
}
