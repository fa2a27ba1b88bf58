using System.Diagnostics;
using System.Text.Json;
using Roost.LocalLambda.Registry;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Rollouts;

/// <summary>kill -9 in the middle of deployments, promotions and rollbacks.</summary>
internal sealed class DeploymentKillTests : FunctionFixture
{
    private const int Rounds = 5;

    [Test]
    public async Task A_function_is_one_version_or_the_other_whenever_the_daemon_is_killed()
    {
        Function("f", "runtime: python3.x\nhandler: main.handler\nenvironment: { V1: first }\n",
            ("main.py", "import os\ndef handler(event, context):\n    return [open('value').read(), os.environ['V1']]"), ("value", "first"));
        var random = new Random(126);
        for (var round = 0; round < Rounds; round++)
        {
            var acknowledged = await KillAsync(random.Next(1, 40), random.Next(0, 20));

            await StartAsync();
            var record = Record();
            Assert.That(record.All.Where(definition => !Host.HasCode(definition)), Is.Empty, $"round {round}: every version has its code");
            Assert.That(record.Resolve(null, 0), Is.Not.Null);
            Assert.That(record.Resolve(null, 0.999), Is.Not.Null);
            Assert.That(record.LastVersion, Is.GreaterThan(0), $"{acknowledged} changes were acknowledged");
            foreach (var qualifier in (string?[])[null, "$LATEST", record.Versions[^1].Version])
            {
                var answer = JsonSerializer.Deserialize<string[]>(await AnswerAsync("f", context: new InvocationContext { Qualifier = qualifier }))!;
                Assert.That(answer[0], Is.EqualTo(answer[1]), $"round {round}: code and settings of {qualifier ?? "no qualifier"}");
            }

            await StopAsync();
        }
    }

    /// <returns>How many changes were acknowledged before the end.</returns>
    private async Task<int> KillAsync(int changes, int milliseconds)
    {
        var program = Path.Combine(AppContext.BaseDirectory.Replace("LocalLambda.Tests", "LocalLambda.Host", StringComparison.Ordinal), "Roost.LocalLambda.Host.dll");
        using var daemon = Process.Start(new ProcessStartInfo("dotnet", [program, Folder["functions"], Folder["data"], "deployments"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var errors = daemon.StandardError.ReadToEndAsync();
        var lines = 0;
        try
        {
            while (lines <= changes && await Eventually.CompletesAsync(daemon.StandardOutput.ReadLineAsync(), "a change") is not null)
            {
                lines++;
            }

            using var instant = new PeriodicTimer(TimeSpan.FromMilliseconds(milliseconds + 1));
            await instant.WaitForNextTickAsync(); // somewhere within the next change
        }
        finally
        {
            daemon.Kill(entireProcessTree: true);
            await daemon.WaitForExitAsync();
        }

        Assert.That(lines, Is.GreaterThan(changes), await errors);
        return lines - 1;
    }

    private FunctionRecord Record() => Host.TryFind("f", out var function) ? function.Record! : throw new FunctionNotFoundException("f");
}
