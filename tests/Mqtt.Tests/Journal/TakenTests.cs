using System.Text;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>When a QoS 2 PUBLISH that comes again is one that was taken before: never when somebody would then go without the message.</summary>
public sealed class TakenTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;

    private TemporaryFolder _folder = null!;
    private LaggingJournal _disk = null!;
    private JournaledCore _journaled = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        Start();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _journaled.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_refused_message_is_refused_again_when_its_refusal_could_not_be_told([Values] bool isKilled)
    {
        var client = Come("p");
        Publish(client, "kept", 1);
        Publish(client, "$SYS/mine", 2);
        Assert.That(client.TakeSent(), Is.Empty, "the first waits for the disk, the second for the first");
        _journaled.Core.OnConnectionLost(client);
        if (isKilled)
        {
            await RestartAsync();
        }
        else
        {
            Settle();
        }

        var again = Come("p");
        Assert.That(PublishAgain(again, "$SYS/mine", 2), Is.EqualTo(0x87));
        Assert.That(PublishAgain(again, "kept", 1), Is.Zero);
    }

    [Test]
    public async Task A_record_of_the_session_that_is_written_while_a_refusal_waits_does_not_say_that_the_message_is_taken()
    {
        var client = Come("p");
        Publish(client, "kept", 1);
        Publish(client, "$SYS/mine", 2);
        _journaled.Journal.Save(client.Session!); // compaction may do so in any turn
        await RestartAsync();

        Assert.That(PublishAgain(Come("p"), "$SYS/mine", 2), Is.EqualTo(0x87));
    }

    [Test]
    public async Task A_reader_that_was_not_done_when_the_process_was_killed_gets_the_message_again([Values] bool others)
    {
        var reader = new Reader();
        _journaled.Core.AddReader(TopicFilter.Parse("t"), reader);
        if (others)
        {
            Come("away").Say(Convert.FromHexString(RawClient.Subscribe("t", 2, V5)));
        }

        var client = Come("p");
        Publish(client, "t", 7);
        Settle();
        Assert.That(client.TakeSent(), Is.Empty);
        _journaled.Journal.Save(client.Session!);
        _journaled.Core.OnConnectionLost(client);
        await RestartAsync();
        reader = new Reader();
        _journaled.Core.AddReader(TopicFilter.Parse("t"), reader);
        client = Come("p");
        Publish(client, "t", 7, duplicate: true);
        Settle();

        Assert.That(reader.Taken, Is.EqualTo(new[] { "x" }));
        Assert.That(client.TakeSent(), Is.Empty, "the reader is not done");
        reader.Done.SetResult();
        _journaled.Turn();
        Assert.That(client.TakeSent(), Is.Empty, "that it is done is not written down");
        Settle();
        Assert.That(Convert.ToHexString(client.TakeSent()), Is.EqualTo("50020007"));
    }

    [Test]
    public async Task A_message_that_its_readers_are_done_with_is_taken_whatever_happens()
    {
        var reader = new Reader();
        _journaled.Core.AddReader(TopicFilter.Parse("t"), reader);
        var client = Come("p");
        Publish(client, "t", 7);
        _journaled.Core.OnConnectionLost(client);
        reader.Done.SetResult();
        _journaled.Turn();
        await RestartAsync();
        reader = new Reader();
        _journaled.Core.AddReader(TopicFilter.Parse("t"), reader);

        Assert.That(PublishAgain(Come("p"), "t", 7), Is.Zero);
        Assert.That(reader.Taken, Is.Empty);
    }

    [Test]
    public void A_reader_that_fails_leaves_nothing_that_is_taken()
    {
        var reader = new Reader();
        _journaled.Core.AddReader(TopicFilter.Parse("t"), reader);
        var client = Come("p");
        Publish(client, "t", 7);
        _journaled.Core.OnConnectionLost(client);
        reader.Done.SetException(new IOException("disk full"));
        Settle();
        client = Come("p");
        Publish(client, "t", 7, duplicate: true);

        Assert.That(reader.Taken, Is.EqualTo(new[] { "x", "x" }));
    }

    private void Start() => _journaled = new JournaledCore(_folder["sessions"], wrap: journal => _disk = new LaggingJournal(journal));

    /// <summary>All that was written down is there; nobody was told of it.</summary>
    private async Task RestartAsync()
    {
        await _journaled.DisposeAsync();
        Start();
    }

    private void Settle()
    {
        do
        {
            _disk.Tell(_journaled.Journal.NextTicket);
            _journaled.Settle();
        }
        while (_disk.DurableThrough < _journaled.Journal.NextTicket);

        _journaled.Turn();
    }

    private WireConnection Come(string name)
    {
        var wire = new WireConnection(_journaled.Core);
        _journaled.Core.OnAccepted(wire);
        wire.Say(Convert.FromHexString(RawClient.Connect(name, V5, clean: false, expirySeconds: 3600)));
        Settle();
        Assert.That(wire.TakeSent()[3], Is.Zero, "reason code of CONNACK");
        return wire;
    }

    private void Publish(WireConnection client, string topic, ushort identifier, bool duplicate = false)
    {
        client.Say(Convert.FromHexString(RawClient.Publish(topic, "x", 2, identifier, duplicate: duplicate, properties: "")));
        _journaled.Turn();
    }

    /// <returns>The reason code of PUBREC.</returns>
    private int PublishAgain(WireConnection client, string topic, ushort identifier)
    {
        Publish(client, topic, identifier, duplicate: true);
        Settle();
        var answer = client.TakeSent();
        Assert.That(answer[0], Is.EqualTo(0x50), "PUBREC");
        return answer[1] == 2 ? 0 : answer[4];
    }

    private sealed class Reader : IMessageHandler
    {
        public List<string> Taken { get; } = [];

        public TaskCompletionSource Done { get; } = new();

        public ValueTask Handle(in PublishedMessage message)
        {
            Taken.Add(Encoding.UTF8.GetString(message.Payload));
            return new ValueTask(Done.Task);
        }
    }
}
