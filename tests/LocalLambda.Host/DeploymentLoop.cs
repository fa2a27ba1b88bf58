using System.Security.Cryptography;
using System.Text;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Rollouts;

namespace Roost.LocalLambda.Host;

/// <summary>Changes one function as fast as it can, to be killed in the middle: code and settings carry the same value, so that a mixture would show.</summary>
internal static class DeploymentLoop
{
    private static readonly RolloutPlan s_plan = new() { Steps = [0.5], StepTime = TimeSpan.FromHours(1), RollbackOn = ["errors>1%"] };

    public static async Task RunAsync(FunctionHost host)
    {
        for (var number = 1; ; number++)
        {
            var value = $"{Environment.ProcessId}-{number}";
            using var package = await host.Code.AddAsync(async target =>
            {
                await File.WriteAllTextAsync(Path.Combine(target, "value"), value);
                await File.WriteAllTextAsync(Path.Combine(target, "main.py"), "import os\ndef handler(event, context):\n    return [open('value').read(), os.environ['V1']]");
                return (Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(value))), value.Length);
            });
            await host.ChangeAsync("f", record => Next(record!, number, package.Sha256, package.Bytes, value));
            Console.WriteLine(value);
        }
    }

    private static FunctionRecord Next(FunctionRecord record, int number, string sha256, long bytes, string value)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (record.Rollout is { IsInProgress: true } && number % 3 != 0)
        {
            return number % 3 == 1 ? record.Promote(now) : record.RollBack(null, now);
        }

        var latest = record.Latest with
        {
            CodeSha256 = sha256,
            CodeSize = bytes,
            Environment = new Dictionary<string, string> { ["V1"] = value },
            RevisionId = FunctionRecord.NewRevision(),
        };
        return record.Deploy(latest, number % 5 == 0 ? null : s_plan, keepsBefore: true, now);
    }
}
