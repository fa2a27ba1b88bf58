using System.Text.Json;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Doctor;

internal sealed class DoctorTests
{
    [Test]
    public async Task It_looks_at_rooms_isolation_programs_disk_clock_and_user()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = await DaemonProcess.StartAsync(folder["data"]);

        var checks = await ChecksAsync(daemon);

        Assert.That(checks.Select(check => check.Check), Is.SupersetOf(["functions", "streams", "shadows", "isolation", "Python", "Node.js", "bubblewrap", "disk", "clock", "user"]));
        Assert.That(checks.Where(check => check.State == "weak").Select(check => check.Remedy), Is.All.Not.Null.And.All.Not.Empty, "whatever is weak comes with what to do");
    }

    [Test]
    public async Task Functions_that_are_not_isolated_are_told_at_the_start_and_wherever_one_looks()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = await DaemonProcess.StartAsync(folder["data"], environment: new Dictionary<string, string> { ["ROOST__FUNCTIONS__ISOLATION"] = "none" });

        await Eventually.IsTrueAsync(() => daemon.Errors.Contains("Functions run without isolation", StringComparison.Ordinal), "the warning");
        Assert.That(await daemon.Http.GetStringAsync("/healthz"), Does.Contain("they run without isolation"));
        Assert.That(await daemon.Http.GetStringAsync("/api/v1/status"), Does.Contain("they run without isolation"));
        var isolation = (await ChecksAsync(daemon)).First(check => check.Check == "isolation");
        Assert.That(isolation.State, Is.EqualTo("weak"));
        Assert.That(isolation.Found, Does.StartWith("none; system calls: all; "));
    }

    [Test]
    public async Task Of_two_exports_that_fail_none_hides_the_other()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = await DaemonProcess.StartAsync(folder["data"], environment: new Dictionary<string, string>
        {
            ["ROOST__CLOUD__EXPORTS"] = $"[{{ stream: telemetrie, to: file, file: {{ folder: {folder["out"]} }} }}, {{ stream: evnets, to: file, file: {{ folder: {folder["out"]} }} }}]",
        });

        await Eventually.IsTrueAsync(
            async () => (await ChecksAsync(daemon)).Where(check => check is { Check: "streams", State: "weak" }).ToList() is { Count: 2 } faults
                && faults.Exists(fault => fault.Remedy!.Contains("telemetrie", StringComparison.Ordinal)) && faults.Exists(fault => fault.Remedy!.Contains("evnets", StringComparison.Ordinal)),
            "both to be told");
        Assert.That(await daemon.Http.GetStringAsync("/healthz"), Does.Contain("of stream telemetrie").And.Contain("of stream evnets"));
        Assert.That(await daemon.Http.GetStringAsync("/api/v1/status"), Does.Contain("of stream telemetrie").And.Contain("of stream evnets"));
    }

    private static async Task<List<(string Check, string State, string Found, string? Remedy)>> ChecksAsync(DaemonProcess daemon)
    {
        using var report = JsonDocument.Parse(await daemon.Http.GetStringAsync("/api/v1/doctor"));
        return [.. report.RootElement.GetProperty("checks").EnumerateArray().Select(check => (Text(check, "check")!, Text(check, "state")!, Text(check, "found")!, Text(check, "remedy")))];
    }

    private static string? Text(JsonElement check, string member) => check.GetProperty(member).GetString();
}
