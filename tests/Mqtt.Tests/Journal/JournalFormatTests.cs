using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Tests.Broker;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>Freezes the bytes of docs/formats/session-journal.md: what one version wrote, every later one reads.</summary>
public sealed class JournalFormatTests
{
    private static readonly AppendLogOptions s_options = new() { Durability = Durability.Crash };

    private readonly TemporaryFolder _folder = new();
    private readonly TestMachine _machine = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Version_1_is_read()
    {
        await WriteAsync(
            "11 01 0173 04 901C 00 01 00 01 07/", // s, 3.1.1, 3,600 s, head 0, tail 1, connected, took 7
            "13 01 0161 00 01 00/",
            "15 01 0161 00 01 00 01 00/78",
            "15 04 0172 00/79");

        await using var journaled = new JournaledCore(_folder.Path, time: _machine, machine: _machine.Clock);

        Assert.That(BrokerState.Of(journaled.Core), Is.EqualTo("1 s expires 3600 of whom nobody knows\n  taken 7\n  a AtLeastOnce\n  #0 AtLeastOnce a 1 78\nretained r 1 79\n"));
    }

    [Test]
    public async Task Version_2_is_read()
    {
        await WriteAsync(
            "2B80D0EAB6B73380D0EAB6B733000006626F6F742031/",
            "21010173053C0000000000090590BF05017700/21",
            "23010161000200/",
            "250101610001000100/78",
            "250480D0EAB6B733017200/79");

        await using var journaled = new JournaledCore(_folder.Path, time: _machine, machine: _machine.Clock);

        Assert.That(
            BrokerState.Of(journaled.Core),
            Is.EqualTo("1 s expires 60 of whom nobody knows will w 1 after 5\n  taken \n  a ExactlyOnce\n  #0 AtLeastOnce a 1 78\nretained r 1 79\n"));
    }

    [Test]
    public async Task Version_3_is_read()
    {
        await WriteAsync("31010173053C0000000000090590BF050177000205726F626F74/21");

        await using var journaled = new JournaledCore(_folder.Path, time: _machine, machine: _machine.Clock);

        Assert.That(BrokerState.Of(journaled.Core), Is.EqualTo("1 s expires 60 of robot will w 1 after 5\n  taken \n"));
    }

    [Test]
    public async Task Version_4_is_what_is_written()
    {
        await using (var journaled = new JournaledCore(_folder.Path, time: _machine, machine: _machine.Clock, hooks: JournaledCore.ByUserName))
        {
            var will = new MqttMessage { Topic = TopicName.Parse("w"), Payload = "!"u8.ToArray(), QualityOfService = QualityOfService.AtLeastOnce };
            SinkConnection.Accept(
                journaled.Core,
                RawClient.Connect("s", MqttProtocolVersion.V500, expirySeconds: 60, will: will, willDelay: 5, userName: "robot") + RawClient.Subscribe("a", 2, MqttProtocolVersion.V500));
            SinkConnection.Accept(
                journaled.Core, RawClient.Connect("p") + RawClient.Publish("a", "x", 1, 1) + RawClient.Publish("r", "y", retain: true));
            SinkConnection.Accept(journaled.Core, RawClient.Connect("n", MqttProtocolVersion.V500, expirySeconds: 60));
        }

        Assert.That(await ReadAsync(), Is.EqualTo(new[]
        {
            "4B80D0EAB6B73380D0EAB6B73300002430303030303030312D303030302D303030302D303030302D303030303030303030303030/", // the clock: 2026-01-01, at the boot, not synchronised, the boot's identifier
            "41010173053C0000000000090590BF05017700000205726F626F74/21", // the will: QoS 1, after 5 s, 90 s patience, on w; of robot
            "43010161000200/",
            "450101610001000100/78",
            "452480D0EAB6B733017200/79", // of an anonymous client
            "4102016E053C00000000000001/", // the same
        }));
    }

    private async Task WriteAsync(params string[] records)
    {
        await using var log = AppendLog.Open(_folder.Path, s_options, TimeProvider.System, NullLogger.Instance);
        foreach (var record in records)
        {
            var parts = record.Replace(" ", "", StringComparison.Ordinal).Split('/');
            log.Append([], Convert.FromHexString(parts[0]), Convert.FromHexString(parts[1]));
        }
    }

    private async Task<List<string>> ReadAsync()
    {
        await using var log = AppendLog.Open(_folder.Path, s_options, TimeProvider.System, NullLogger.Instance);
        using var reader = log.OpenReader(0);
        var records = new List<string>();
        while (reader.TryRead(100, 100_000, out var read))
        {
            records.AddRange(read.Select(static record => $"{Convert.ToHexString(record.Headers.Span)}/{Convert.ToHexString(record.Payload.Span)}"));
        }

        return records;
    }
}
