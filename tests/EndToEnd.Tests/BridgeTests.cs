using System.Globalization;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

/// <summary>The real daemon bridged to a real mosquitto, either of which goes at any time.</summary>
public sealed class BridgeTests
{
    private TemporaryFolder _folder = null!;
    private Mosquitto _cloud = null!;
    private RoostDaemon _daemon = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _cloud = new Mosquitto(_folder["cloud"]);
        _daemon = new RoostDaemon(Directory.CreateDirectory(_folder["edge"]).FullName, $$"""
            streams: { commands: {} }
            routes: [ { from: "commands/#", to: { stream: commands } } ]
            cloud:
              mqtt: { host: 127.0.0.1, port: {{_cloud.Port}}, client-id: site-17, reconnect-max: 1s }
              bridge:
                - { name: states, topics: [ "robots/#" ], remote-prefix: "site-17/" }
                - { name: commands, topics: [ "commands/#" ], direction: in, remote-prefix: "site-17/" }
            """);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _daemon.DisposeAsync();
        await _cloud.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_daemon_killed_again_and_again_loses_nothing_that_it_acknowledged_in_either_direction()
    {
        await _daemon.StartAsync(); // a cold start: there is no cloud
        await PublishNumbersAsync(0, 200);
        await _daemon.KillAsync();
        await _cloud.StartAsync();
        await using var collector = await new Robot(_cloud.Port, "5").ListenAsync("site-17/#");
        await _daemon.StartAsync();
        await Eventually.IsTrueAsync(() => Arrived(collector).Count > 20, "the backlog to begin to arrive");
        await _daemon.KillAsync();
        await _daemon.StartAsync();
        await PublishNumbersAsync(200, 100);
        await Eventually.IsTrueAsync(async () => (await _daemon.RoostAsync("cloud", "status", "--json")).Contains("\"queued\":0", StringComparison.Ordinal), "the queue to be empty");
        await _daemon.KillAsync();
        await new Robot(_cloud.Port, "5").PublishAllAsync("site-17/commands/go", Enumerable.Range(0, 200).Select(number => $"{number}"));
        await _daemon.StartAsync();
        await Eventually.IsTrueAsync(async () => (await CommandsAsync()).Count > 20, "the commands to begin to arrive");
        await _daemon.KillAsync();
        await _daemon.StartAsync();

        await Eventually.IsTrueAsync(() => Arrived(collector).Distinct().Count() == 300, "all that was acknowledged to be in the cloud");
        await Eventually.IsTrueAsync(async () => (await CommandsAsync()).Distinct().Count() == 200, "all that the cloud had to be here");
        Assert.That(Arrived(collector).Distinct(), Is.EqualTo(Enumerable.Range(0, 300)), "first copies in order");
        Assert.That((await CommandsAsync()).Distinct(), Is.EqualTo(Enumerable.Range(0, 200)), "first copies in order");
    }

    [Test]
    public async Task Everyone_is_told_whether_the_cloud_is_there_and_the_operator_what_waits()
    {
        await _daemon.StartAsync();
        await PublishNumbersAsync(0, 3);
        Assert.That(await PresenceAsync(), Does.Contain("\"connected\":false"));
        var status = await _daemon.RoostAsync("cloud", "status");
        Assert.That(status, Does.Contain($"127.0.0.1:{_cloud.Port}").And.Contain("Connection refused").And.Match(@"states +out +0 +0 +3 "));

        await _cloud.StartAsync();

        await Eventually.IsTrueAsync(async () => (await PresenceAsync()).Contains("\"connected\":true", StringComparison.Ordinal), "the news to be retained");
        await Eventually.IsTrueAsync(
            async () => (await _daemon.RoostAsync("cloud", "status")) is var now && now.StartsWith($"connected: 127.0.0.1:{_cloud.Port}, since ", StringComparison.Ordinal)
                && System.Text.RegularExpressions.Regex.IsMatch(now, @"states +out +3 +0 +0 ", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)),
            "the queue to be empty");
    }

    private static List<int> Arrived(RunningProcess collector) =>
        [.. collector.Output.Where(line => line.StartsWith("site-17/robots/n ", StringComparison.Ordinal)).Select(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture))];

    private Task PublishNumbersAsync(int first, int count) =>
        new Robot(_daemon.MqttPort, "311").PublishAllAsync("robots/n", Enumerable.Range(first, count).Select(number => $"{number}"));

    private async Task<string> PresenceAsync() =>
        await RunningProcess.RunAsync("mosquitto_sub", "-p", $"{_daemon.MqttPort}", "-t", "$roost/cloud/connected", "-C", "1", "-W", "10");

    private async Task<List<int>> CommandsAsync()
    {
        var lines = await _daemon.RoostAsync("stream", "tail", "commands", "-n", "1000", "--from", "oldest", "--json");
        return [.. System.Text.RegularExpressions.Regex.Matches(lines, "\"data\":\"?(\\d+)", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
    }
}
