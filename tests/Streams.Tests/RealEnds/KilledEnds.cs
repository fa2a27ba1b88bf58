using System.Globalization;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.RealEnds;

/// <summary>
/// kill -9 of a gateway's process, of the server it exports to, or of both, at random moments, while records are appended all the time;
/// then all is exported in peace. <c>ROOST_TEST_KILLS=100</c> says how many kills; 10 otherwise.
/// </summary>
/// <param name="killAsync">Kills the server.</param>
/// <param name="startAsync">Starts it again.</param>
/// <param name="arguments">For the gateway: where to export to.</param>
internal sealed class KilledEnds(Func<Task> killAsync, Func<Task> startAsync, params string[] arguments)
{
    private static readonly int s_kills = int.Parse(Environment.GetEnvironmentVariable("ROOST_TEST_KILLS") ?? "10", CultureInfo.InvariantCulture);

    private long _acknowledged;

    public int GatewayKills { get; private set; }

    public int ServerKills { get; private set; }

    /// <returns>How many records were acknowledged to the producer: those with numbers from 0 on.</returns>
    public async Task<long> RunAsync(string folder)
    {
        var random = TestContext.CurrentContext.Random;
        var gateway = Start(folder, count: 0);
        try
        {
            for (var kill = 0; kill < s_kills; kill++)
            {
                await ProgressAsync(gateway);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20, 600)), TimeProvider.System);
                var which = random.Next(3); // 0: the gateway, 1: the server, 2: both
                if (which != 1)
                {
                    await gateway.KillAsync();
                    GatewayKills++;
                }

                if (which != 0)
                {
                    await killAsync();
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200)), TimeProvider.System);
                    await startAsync();
                    ServerKills++;
                }

                if (which != 1)
                {
                    Note(gateway);
                    await gateway.DisposeAsync();
                    gateway = Start(folder, count: 0);
                }
            }

            await ProgressAsync(gateway);
        }
        finally
        {
            Note(gateway);
            await gateway.DisposeAsync();
        }

        await using var last = Start(folder, count: 1);
        await last.WaitForOutputAsync(line => line == "exported", "the rest to be exported", TimeSpan.FromSeconds(60));
        return _acknowledged;
    }

    /// <summary>Until something new was acknowledged, so that each start has a part in it.</summary>
    private Task ProgressAsync(RunningProcess gateway) => Eventually.IsTrueAsync(
        () =>
        {
            Assert.That(gateway.HasExited, Is.False, () => $"the gateway ended by itself: {gateway.Errors}");
            return Acknowledged(gateway) > _acknowledged;
        },
        "records to be appended",
        TimeSpan.FromSeconds(60));

    private void Note(RunningProcess gateway) => _acknowledged = Math.Max(_acknowledged, Acknowledged(gateway));

    private static long Acknowledged(RunningProcess gateway) =>
        gateway.Output.Reverse().Select(line => long.TryParse(line, CultureInfo.InvariantCulture, out var count) ? count : 0).FirstOrDefault();

    private RunningProcess Start(string folder, int count) => RunningProcess.Start(
        "dotnet",
        ["exec", Path.Combine(TestContext.CurrentContext.TestDirectory, "Roost.Streams.Crash.dll"), "--folder", folder, "--count", $"{count}", .. arguments]);
}
