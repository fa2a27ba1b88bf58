using System.Diagnostics;
using System.Globalization;
using Roost.Mqtt.Client;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client.Queue;

/// <summary>A process killed at random while it fills and sends a queue, to a mosquitto that is stopped and started meanwhile.</summary>
/// <remarks>More kills: <c>dotnet test tests/Mqtt.Tests --filter QueueKillTests -- 'TestRunParameters.Parameter(name="kills",value="100")'</c>.</remarks>
[TestFixture(MqttProtocolVersion.V311, QualityOfService.AtLeastOnce)]
[TestFixture(MqttProtocolVersion.V500, QualityOfService.AtLeastOnce)]
[TestFixture(MqttProtocolVersion.V500, QualityOfService.ExactlyOnce)]
public sealed class QueueKillTests(MqttProtocolVersion version, QualityOfService quality)
{
    private const int NumbersPerLife = 400;

    private static readonly int s_kills = TestContext.Parameters.Get("kills", 3);

    private readonly List<Process> _children = [];

    /// <summary>No child outlives its test, also where that failed.</summary>
    [TearDown]
    public void EndChildren()
    {
        foreach (var child in _children)
        {
            child.Kill(); // nothing happens where it has ended
            child.Dispose();
        }

        _children.Clear();
    }

    [Test]
    public async Task Nothing_accepted_is_lost_and_the_order_of_first_copies_is_kept()
    {
        using var folder = new TemporaryFolder();
        await using var broker = await Mosquitto.StartAsync("persistence true", $"persistence_location {folder.Path}/");
        var seen = new List<int>();
        await using var collector = new MqttClient(new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = broker.Port,
            ClientIdentifier = "collector",
            CleanStart = false,
            SessionExpiryInterval = TimeSpan.FromHours(1),
            ReconnectDelay = TimeSpan.FromMilliseconds(20),
            ReconnectDelayMax = TimeSpan.FromMilliseconds(100),
        })
        {
            MessageHandler = (received, _) =>
            {
                lock (seen)
                {
                    seen.Add(int.Parse(received.Message.Payload.Span, CultureInfo.InvariantCulture));
                }

                return ValueTask.CompletedTask;
            },
        };
        await collector.ConnectAsync();
        await collector.SubscribeAsync(TopicFilter.Parse("numbers"), quality);
        var random = new Random(20261121);
        var accepted = 0;
        for (var life = 0; life < s_kills; life++)
        {
            var child = Start(folder["queue"], broker.Port, accepted, (life + 1) * NumbersPerLife);
            var until = accepted + random.Next(1, NumbersPerLife);
            var serverLeaves = life % 3 != 2;
            var serverReturns = life % 3 == 0;
            if (serverLeaves)
            {
                accepted = await ReadAsync(child, accepted + 1, accepted);
                await broker.TerminateAsync(); // within the sending; what follows is accepted without a server
                accepted = await ReadAsync(child, until, accepted);
            }

            if (serverReturns)
            {
                await broker.StartAgainAsync();
                await WaitForSomeAsync(seen, random.Next(1, 50));
            }

            accepted = await ReadAsync(child, until, accepted);
            child.Kill();
            accepted = await ReadAsync(child, int.MaxValue, accepted); // what it said before it died
            await child.WaitForExitAsync();
            if (serverLeaves && !serverReturns)
            {
                await broker.StartAgainAsync();
            }
        }

        var last = Start(folder["queue"], broker.Port, accepted, accepted);
        await Eventually.IsTrueAsync(() => Distinct(seen).Count >= accepted, "everything accepted to arrive");
        last.Kill();
        await last.WaitForExitAsync();

        Assert.That(Distinct(seen), Is.EqualTo(Enumerable.Range(0, Distinct(seen).Count)), "first copies");
        TestContext.Out.WriteLine($"{accepted} accepted, {seen.Count} arrived, {s_kills} kills");
    }

    private static List<int> Distinct(List<int> seen)
    {
        lock (seen)
        {
            return [.. seen.Distinct()];
        }
    }

    /// <summary>A random moment within the sending, or a moment later where nothing arrives: every point of a life may be its last.</summary>
    private static Task WaitForSomeAsync(List<int> seen, int more)
    {
        var (before, began) = (seen.Count, TimeProvider.System.GetTimestamp());
        return Eventually.IsTrueAsync(
            () => seen.Count >= before + more || TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromMilliseconds(300), "some numbers");
    }

    /// <returns>How many numbers the child has said are accepted, once it is <paramref name="until"/> or the child has ended.</returns>
    private static async Task<int> ReadAsync(Process child, int until, int accepted)
    {
        while (accepted < until && await child.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Limit) is { } line)
        {
            accepted = int.Parse(line, CultureInfo.InvariantCulture);
        }

        return accepted;
    }

    private Process Start(string folder, int port, int first, int count)
    {
        var program = Path.Combine(TestContext.CurrentContext.TestDirectory.Replace("Mqtt.Tests", "Mqtt.QueueHost", StringComparison.Ordinal), "Roost.Mqtt.QueueHost");
        var child = Process.Start(new ProcessStartInfo(program, [folder, $"{port}", $"{version}", $"{quality}", $"{first}", $"{count}"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        _children.Add(child);
        return child;
    }
}
