using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

/// <summary>The main job through all rooms, with mosquitto as the cloud, its clients as robots and curl as the app.</summary>
[TestFixture("311")]
[TestFixture("5")]
public sealed class MainJobTests(string version)
{
    private TemporaryFolder _folder = null!;
    private Mosquitto _cloud = null!;
    private RoostDaemon _roost = null!;
    private Robot _robot = null!;

    [SetUp]
    public async Task StartBothEnds()
    {
        _folder = new TemporaryFolder();
        _cloud = new Mosquitto(_folder["cloud"]);
        await _cloud.StartAsync();
        _roost = new RoostDaemon(_folder.Path, $$"""
            functions: { folder: {{Programs.Root}}/examples/functions }
            streams:
              telemetry: { full: drop-oldest }
            routes:
              - { from: "robots/+/telemetry", to: { stream: telemetry } }
              - { from: "robots/+/bump", to: { function: on-bump, answer: "site/decisions/{1}" } }
              - { from: "robots/+/bump", to: { republish: "site/bumps" } }
            cloud:
              mqtt: { host: 127.0.0.1, port: {{_cloud.Port}}, client-id: site-17 }
              exports:
                - { stream: telemetry, to: mqtt, topic: "cloud/telemetry", max-inflight: 100 }
            """);
        await _roost.StartAsync();
        _robot = new Robot(_roost.MqttPort, version);
    }

    [TearDown]
    public async Task StopBothEnds()
    {
        await _roost.DisposeAsync();
        await _cloud.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_shadow_is_updated_by_the_robot_and_the_app_and_survives_a_kill()
    {
        await using var delta = await _robot.ListenAsync("$aws/things/vac-01/shadow/update/delta");

        await _robot.PublishAsync("$aws/things/vac-01/shadow/update", """{"state":{"reported":{"mode":"cleaning","battery":80}}}""");
        var updated = await CurlAsync("-X", "POST", "-d", """{"state":{"desired":{"mode":"returning"}}}""", $"{_roost.Url}/things/vac-01/shadow");
        await delta.WaitForOutputAsync(line => line.Contains("\"mode\":\"returning\"", StringComparison.Ordinal), "the delta");
        await _roost.KillAsync();
        await _roost.StartAsync();
        var shadow = await CurlAsync($"{_roost.Url}/things/vac-01/shadow");

        Assert.That(updated.GetProperty("version").GetInt64(), Is.EqualTo(2));
        Assert.That(shadow.GetProperty("version").GetInt64(), Is.EqualTo(2));
        Assert.That(shadow.GetProperty("state").GetProperty("delta").GetProperty("mode").GetString(), Is.EqualTo("returning"));
        Assert.That(shadow.GetProperty("state").GetProperty("reported").GetProperty("battery").GetInt32(), Is.EqualTo(80));
    }

    [Test]
    public async Task A_bump_is_answered_by_a_function_and_republished()
    {
        await using var site = await _robot.ListenAsync("site/#");

        await _robot.PublishAsync("robots/vac-01/bump", """{"robot":"vac-01","side":"left","position":{"x":1.5,"y":2},"time":"2026-01-01T00:00:00Z"}""");

        await site.WaitForOutputAsync(line => line.StartsWith("site/decisions/vac-01 ", StringComparison.Ordinal) && line.Contains("vac-01", StringComparison.Ordinal), "the function's answer");
        await site.WaitForOutputAsync(line => line.StartsWith("site/bumps ", StringComparison.Ordinal), "the republished bump");
        Assert.That(await _roost.RoostAsync("fn", "logs", "on-bump"), Does.Contain("REPORT RequestId:"));
    }

    [Test]
    public async Task A_thousand_records_reach_a_cloud_that_was_away_from_a_gateway_that_was_killed()
    {
        await using var collector = await CollectAsync();

        await _robot.PublishAllAsync("robots/vac-01/telemetry", Numbered(0, 400));
        await Eventually.IsTrueAsync(() => Sequences(collector).Count > 100, "the first records at the cloud");
        await _cloud.StopAsync();
        await _robot.PublishAllAsync("robots/vac-01/telemetry", Numbered(400, 300));
        await _cloud.StartAsync();
        await Eventually.IsTrueAsync(() => Sequences(collector).Count > 400, "records after the cloud came back", TimeSpan.FromSeconds(60));
        await _roost.KillAsync();
        await _roost.StartAsync();
        await _robot.PublishAllAsync("robots/vac-01/telemetry", Numbered(700, 300));

        await Eventually.IsTrueAsync(() => Sequences(collector).Distinct().Count() == 1000, "all 1,000 records at the cloud", TimeSpan.FromSeconds(60));
        Assert.That(FirstArrivals(collector), Is.EqualTo(Enumerable.Range(0, 1000)), "each record first arrives in its order");
        Assert.That(LargestStepBack(Sequences(collector)), Is.LessThanOrEqualTo(100), "a resend repeats at most what was in flight");
        var counted = JsonDocument.Parse(await _roost.RoostAsync("stream", "list", "--json")).RootElement.GetRawText();
        Assert.That(counted, Does.Contain("1000"));
    }

    private static IEnumerable<string> Numbered(int first, int count) =>
        Enumerable.Range(first, count).Select(number => $$"""{"robot":"vac-01","sequence":{{number}}}""");

    /// <summary>A durable subscriber at the cloud: one line a record, the sequence number that the robot wrote.</summary>
    private async Task<RunningProcess> CollectAsync()
    {
        var collector = RunningProcess.Start("stdbuf", ["-oL", "mosquitto_sub", "-d", "-p", $"{_cloud.Port}", "-V", "5", "-i", "collector", "-c", "-x", "3600", "-q", "1", "-t", "cloud/telemetry"]);
        await collector.WaitForOutputAsync(line => line.Contains("Subscribed", StringComparison.Ordinal), "SUBACK at the cloud");
        return collector;
    }

    private static List<int> Sequences(RunningProcess collector) =>
        [.. collector.Output
            .Where(line => line.StartsWith('{'))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("sequence").GetInt32())];

    private static List<int> FirstArrivals(RunningProcess collector) => [.. Sequences(collector).Distinct()];

    private static int LargestStepBack(List<int> sequences) =>
        sequences.Zip(sequences.Skip(1), (before, after) => before - after + 1).Append(0).Max();

    private static async Task<JsonElement> CurlAsync(params string[] arguments) =>
        JsonDocument.Parse(await RunningProcess.RunAsync("curl", ["-sS", "--fail-with-body", .. arguments])).RootElement;
}
