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

        Assert.That(checks.Select(check => check.Check), Is.SupersetOf(["functions", "streams", "shadows", "isolation", "Python", "Node.js", "bubblewrap", "disk", "disk space", "audit", "identity", "clock", "user"]));
        Assert.That(checks.Select(check => check.Check).Where(check => check.StartsWith("disk", StringComparison.Ordinal)), Is.Unique);
        Assert.That(checks.Single(check => check.Check == "cloud").Found, Is.EqualTo("off"));
        Assert.That(checks.Single(check => check.Check == "identity").Found, Is.EqualTo("0 things, 0 active certificates, 0 users, 0 tokens, 0 access keys, 0 secrets"));
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

    [Test]
    public async Task An_audit_that_was_changed_and_a_key_that_is_gone_are_told_also_after_another_start()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await DaemonProcess.StartAsync(folder["data"]))
        {
            Assert.That(await CheckOfAsync(first, "audit"), Is.EqualTo(("well", (string?)null)));
            using var value = new ByteArrayContent("s3cr3t"u8.ToArray());
            (await first.Http.PutAsync("/api/v1/secrets/cloud", value)).EnsureSuccessStatusCode();
            first.Signal(DaemonProcess.SigTerm);
            Assert.That(await first.ExitAsync(), Is.Zero);
        }

        File.Delete(folder["data/identity/secrets.key"]);
        var segment = Directory.GetFiles(folder["data/identity/audit/log"], "*.log").Single();
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes[bytes.AsSpan().IndexOf("\"start\""u8) + 1] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes);

        for (var start = 0; start < 2; start++)
        {
            await using var daemon = await DaemonProcess.StartAsync(folder["data"]);
            await Eventually.IsTrueAsync(async () => (await CheckOfAsync(daemon, "audit")).State == "weak", "the audit's damage");
            Assert.That((await CheckOfAsync(daemon, "audit")).Remedy, Does.Contain("The audit is not as it was left").And.Contain("roost audit verify"));
            Assert.That((await CheckOfAsync(daemon, "identity")).Remedy, Does.StartWith("1 of the secrets and access keys are sealed with a key that is not here").And.Contain("identity/secrets.key"));
            Assert.That(await daemon.Http.GetStringAsync("/api/v1/doctor"), Does.Not.Contain("stream repair"), "that would take the evidence away");
            daemon.Signal(DaemonProcess.SigTerm);
            Assert.That(await daemon.ExitAsync(), Is.Zero);
        }
    }

    private static async Task<(string State, string? Remedy)> CheckOfAsync(DaemonProcess daemon, string name)
    {
        var check = (await ChecksAsync(daemon)).Find(check => check.Check == name);
        return (check.State, check.Remedy);
    }

    private static async Task<List<(string Check, string State, string Found, string? Remedy)>> ChecksAsync(DaemonProcess daemon)
    {
        using var report = JsonDocument.Parse(await daemon.Http.GetStringAsync("/api/v1/doctor"));
        return [.. report.RootElement.GetProperty("checks").EnumerateArray().Select(check => (Text(check, "check")!, Text(check, "state")!, Text(check, "found")!, Text(check, "remedy")))];
    }

    private static string? Text(JsonElement check, string member) => check.GetProperty(member).GetString();
}
