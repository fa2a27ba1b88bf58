using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Isolation;

/// <summary>What a function prints without end, measured in a gateway that is a process of its own.</summary>
internal sealed partial class HostileOutputTests : FunctionFixture
{
    [Test]
    public async Task A_gigabyte_on_standard_output_does_not_grow_the_gateway_and_what_was_dropped_is_told()
    {
        Python(
            "loud",
            """
            import os
            def handler(event, context):
                block = (b'x' * 1023 + b'\n') * 1024
                for _ in range(event):
                    os.write(1, block)
                return 'printed'
            """,
            "timeout: 300s\n");
        using var gateway = Process.Start(new ProcessStartInfo("dotnet", [Program, Folder["functions"], Folder["data"]]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        try
        {
            Assert.That(await LineAsync(gateway), Is.EqualTo("ready"));
            await PrintAsync(gateway, 8);
            var before = Resident(gateway.Id);

            await PrintAsync(gateway, 1024);

            Assert.That(Peak(gateway.Id) - before, Is.LessThan(64L << 20));
            gateway.StandardInput.Close();
            await gateway.WaitForExitAsync();
        }
        finally
        {
            gateway.Kill(entireProcessTree: true);
        }

        await StartAsync();
        var told = Told().Matches(Log("loud")).Sum(match => long.Parse(match.Groups["bytes"].Value, CultureInfo.InvariantCulture));
        Assert.That(told, Is.GreaterThan(1 << 20), "in the newest lines alone");
    }

    [GeneratedRegex(@"\[roost\] (?<bytes>\d+) bytes were printed too fast and not logged", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Told();

    private static string Program => Path.Combine(AppContext.BaseDirectory.Replace("LocalLambda.Tests", "LocalLambda.Host", StringComparison.Ordinal), "Roost.LocalLambda.Host.dll");

    private static async Task PrintAsync(Process gateway, int megabytes)
    {
        await gateway.StandardInput.WriteLineAsync($"loud {megabytes}");
        Assert.That(await LineAsync(gateway), Is.EqualTo("kept"));
        Assert.That(await LineAsync(gateway), Is.EqualTo("answer \"printed\""));
    }

    private static Task<string?> LineAsync(Process process) => Eventually.CompletesAsync(process.StandardOutput.ReadLineAsync(), "a line of the gateway", TimeSpan.FromMinutes(3));

    private static long Resident(int process) => Status(process, "VmRSS:");

    private static long Peak(int process) => Status(process, "VmHWM:");

    private static long Status(int process, string field) => 1024 * long.Parse(
        File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith(field, StringComparison.Ordinal)).AsSpan(field.Length).Trim(" \tkB"), CultureInfo.InvariantCulture);
}
