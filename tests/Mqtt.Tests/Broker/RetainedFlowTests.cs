using System.Text;
using Roost.Mqtt.Sessions;
using Roost.Mqtt.Tests.Journal;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>More retained messages than a client takes at once: they come as it takes them, and nothing that is older comes after what is newer.</summary>
public sealed class RetainedFlowTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;
    private const int Topics = 200;
    private const int Ahead = 25; // a quarter of MaxQueued
    private const int Window = 10;

    private readonly TemporaryFolder _folder = new();
    private JournaledCore _journaled = null!;
    private ShareMember _publisher = null!;
    private ushort _identifier;

    [SetUp]
    public void SetUp() => Start();

    [TearDown]
    public async Task TearDown()
    {
        await _journaled.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public void They_come_in_the_order_in_which_they_were_set_and_few_are_in_the_queue_at_a_time([Values(0, 1, 2)] int quality, [Values] bool isDurable)
    {
        RetainAll(quality: 2);
        var client = Subscribe(quality, isDurable);
        var most = 0;
        Drain(client, () => most = Math.Max(most, Session("c").Outbound.Count));
        Assert.That(client.Got, Is.EqualTo(Enumerable.Range(0, Topics).Select(static i => $"{i}.0")));
        Assert.That(most, Is.AtMost(Ahead + Window));
        Assert.That(Session("c").RetainedDue, Is.Null);
    }

    [Test]
    public void One_that_is_replaced_meanwhile_comes_once_and_new([Values(0, 1, 2)] int quality)
    {
        RetainAll();
        var client = Subscribe(1, isDurable: true);
        Publish(150, "new", retain: true, quality);
        Drain(client);
        Assert.That(Of(client, 150), Is.EqualTo(new[] { "150.new" }));
        Assert.That(client.Got, Has.Count.EqualTo(Topics));
    }

    [Test]
    public void One_whose_topic_gets_a_message_that_is_not_retained_comes_before_that([Values(0, 1, 2)] int quality, [Values] bool isDurable)
    {
        RetainAll();
        var client = Subscribe(2, isDurable);
        Publish(150, "new", retain: false, quality);
        Drain(client);
        Assert.That(Of(client, 150), Is.EqualTo(new[] { "150.0", "150.new" }));
        Assert.That(client.Got, Has.Count.EqualTo(Topics + 1));
    }

    [Test]
    public void One_whose_topic_gets_a_message_while_the_client_is_away_comes_before_that()
    {
        RetainAll();
        var client = Subscribe(1, isDurable: true);
        client.Lose();
        Publish(150, "new", retain: false, quality: 1);
        var again = Connect(clean: false);
        Drain(again);
        Assert.That(Of(again, 150), Is.EqualTo(new[] { "150.0", "150.new" }));
    }

    [Test]
    public void One_that_is_removed_meanwhile_does_not_come()
    {
        RetainAll();
        var client = Subscribe(1, isDurable: true);
        _publisher.Say(RawClient.Publish("t/150", "", 0, retain: true, properties: ""));
        Drain(client);
        Assert.That(client.Got, Has.None.EqualTo("150.0"));
    }

    [Test]
    public void Messages_of_other_topics_have_room_beside_them()
    {
        RetainAll();
        var client = Subscribe(1, isDurable: true);
        for (var i = 0; i < 60; i++)
        {
            Publish(Topics + i, "new", retain: false, quality: 1);
        }

        Drain(client);
        Assert.That(client.Got, Has.Count.EqualTo(Topics + 60));
        Assert.That(_journaled.Core.DescribeDrops().Total.Total, Is.Zero);
    }

    [Test]
    public void After_UNSUBSCRIBE_only_what_is_in_the_queue_comes()
    {
        RetainAll();
        var client = Subscribe(1, isDurable: true);
        client.Say("A2 08 0002 00 0003 742F23");
        Drain(client);
        Assert.That(client.Got, Has.Count.InRange(Window, Ahead + Window));
        Assert.That(Session("c").RetainedDue, Is.Null);
    }

    [Test]
    public void A_subscription_in_its_place_that_asks_for_none_goes_on_with_what_is_due()
    {
        RetainAll();
        var client = Subscribe(1, isDurable: true);
        client.Say("82 09 0002 00 0003 742F23 21"); // Retain Handling 2, QoS 1
        Drain(client);
        Assert.That(client.Got, Is.EqualTo(Enumerable.Range(0, Topics).Select(static i => $"{i}.0")));
    }

    [Test]
    public void A_session_that_is_taken_up_goes_on_where_it_was([Values(1, 2)] int quality)
    {
        RetainAll(quality: 2);
        var client = Subscribe(quality, isDurable: true);
        client.AcknowledgeTimes(20);
        client.Lose();
        var again = Connect(clean: false);
        Drain(again);
        Assert.That(client.Got.Concat(again.Got).Distinct(), Is.EqualTo(Enumerable.Range(0, Topics).Select(static i => $"{i}.0")));
        Assert.That(client.Got.Count + again.Got.Count, Is.AtMost(Topics + Window), "only what was in flight comes again");
    }

    [Test]
    public async Task After_a_restart_in_the_middle_all_have_come_at_the_end([Values(1, 2)] int quality)
    {
        RetainAll(quality: 2);
        var client = Subscribe(quality, isDurable: true);
        client.AcknowledgeTimes(20);
        _journaled.Settle();
        await _journaled.DisposeAsync();
        Start();
        var again = Connect(clean: false);
        Drain(again);
        Assert.That(client.Got.Concat(again.Got).Distinct(), Is.EquivalentTo(Enumerable.Range(0, Topics).Select(static i => $"{i}.0")));
        Assert.That(again.Got, Has.Count.AtMost(Topics), "what waited in the queue does not come twice");
        await _journaled.DisposeAsync();
        Start();
        var last = Connect(clean: false);
        Drain(last);
        Assert.That(last.Got, Is.Empty, "nothing is due any more");
    }

    [Test]
    public void A_topic_never_goes_back_whatever_is_published_meanwhile([Values(1, 2, 3, 4, 5)] int seed, [Values] bool isDurable)
    {
        var random = new Random(seed);
        RetainAll();
        var client = Subscribe(2, isDurable);
        client.Say(RawClient.Subscribe("t/+", 1, V5, packetIdentifier: 2));
        for (var version = 1; version < 300; version++)
        {
            Publish(random.Next(Topics), $"{version}", retain: random.Next(2) == 0, quality: random.Next(1, 3));
            if (random.Next(3) == 0)
            {
                client.Acknowledge(random.Next(20));
                _journaled.Settle();
            }

            if (random.Next(40) == 0 && isDurable)
            {
                client.Lose();
                client = Connect(clean: false, before: client.Got);
            }
        }

        Drain(client);
        foreach (var topic in client.Got.GroupBy(static payload => payload.Split('.')[0]))
        {
            var versions = topic.Select(static payload => int.Parse(payload.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            var firsts = versions.Distinct().ToArray(); // a repetition of what was in flight is none of these
            Assert.That(firsts, Is.Ordered, topic.Key);
        }

        Assert.That(client.Got.Select(static payload => payload.Split('.')[0]).Distinct().Count(), Is.EqualTo(Topics), "every topic has come");
    }

    private static string[] Of(ShareMember client, int topic) => [.. client.Got.Where(payload => payload.StartsWith($"{topic}.", StringComparison.Ordinal))];

    private void Start()
    {
        _journaled = new JournaledCore(_folder["sessions"], limits: new MqttLimitsOptions { MaxQueued = 4 * Ahead });
        _publisher = new ShareMember(_journaled);
        _publisher.Connect(RawClient.Connect("p", V5));
    }

    private void RetainAll(int quality = 1)
    {
        for (var i = 0; i < Topics; i++)
        {
            Publish(i, "0", retain: true, quality);
        }

        _journaled.Settle();
    }

    private void Publish(int topic, string version, bool retain, int quality)
    {
        _identifier++;
        _publisher.Say(RawClient.Publish($"t/{topic}", $"{topic}.{version}", quality, quality == 0 ? (ushort)0 : _identifier, retain, properties: ""));
        if (quality == 2)
        {
            _journaled.Settle();
            _publisher.Say($"6202{_identifier:X4}");
        }
    }

    private ShareMember Connect(bool clean, IReadOnlyList<string>? before = null, bool isDurable = true)
    {
        var client = new ShareMember(_journaled, before);
        client.Connect(RawClient.Connect("c", V5, clean, isDurable ? 3600u : 0, receiveMaximum: Window));
        _journaled.Settle(); // its CONNACK waits for the journal
        return client;
    }

    private ShareMember Subscribe(int quality, bool isDurable)
    {
        var client = Connect(clean: true, isDurable: isDurable);
        client.Say(RawClient.Subscribe("t/#", quality, V5));
        _journaled.Turn();
        return client;
    }

    private Session Session(string name) => _journaled.Core.Sessions.Single(session => session.ClientIdentifier == name);

    private void Drain(ShareMember client, Action? look = null)
    {
        var before = -1;
        while (client.Got.Count > before || Session("c").Outbound.Count > 0)
        {
            before = client.Got.Count;
            client.Acknowledge();
            look?.Invoke();
            _journaled.Settle();
            look?.Invoke();
        }
    }
}
