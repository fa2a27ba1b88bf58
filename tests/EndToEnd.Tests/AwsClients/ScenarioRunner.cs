using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.AwsClients;

/// <summary>Runs one scenario of <c>scenarios/*.mjs</c> with AWS's own packages for Node.js.</summary>
internal static class ScenarioRunner
{
    private static readonly string s_folder = Path.Combine(Programs.Root, "tests/EndToEnd.Tests/AwsClients");

    /// <param name="package">The npm package that the scenario needs; without it the test is not run, and says so.</param>
    /// <exception cref="AssertionException">The scenario did not hold; the message is its own.</exception>
    public static async Task RunAsync(string package, string file, string scenario, object arguments, params (string Name, string Value)[] environment)
    {
        if (!Directory.Exists(Path.Combine(s_folder, "node_modules", package)))
        {
            Assert.Ignore($"{package} is not installed; this needs npm ci in tests/EndToEnd.Tests/AwsClients.");
        }

        await using var node = RunningProcess.Start(
            "node",
            [Path.Combine(s_folder, "scenarios", file), scenario, JsonSerializer.Serialize(arguments)],
            environment.Append(("NODE_NO_WARNINGS", "1")).ToDictionary(static pair => pair.Item1, static pair => pair.Item2));
        Assert.That(await node.WaitForExitAsync(), Is.Zero, () => $"{file} {scenario}: {node.Errors} {string.Join('\n', node.Output)}");
    }
}
