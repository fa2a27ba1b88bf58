using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Roost.Mqtt.Core;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Tests.Journal;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>The end of the loop, in order and otherwise.</summary>
public sealed class StopTests
{
    [Test]
    public async Task A_publication_whose_reader_is_done_only_after_the_stop_fails()
    {
        var broker = await TestBroker.StartAsync();
        var reader = new SlowReader();
        await broker.Broker.SubscribeAsync(TopicFilter.Parse("a"), reader);
        var publishing = broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("a"), QualityOfService = QualityOfService.AtLeastOnce }).AsTask();
        await broker.Broker.TurnAsync();
        await broker.DisposeAsync();

        reader.Done.SetResult();

        Assert.That(() => publishing.WaitAsync(TimeSpan.FromSeconds(10)), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task Publications_that_wait_for_the_disk_are_kept_and_succeed_when_the_broker_stops()
    {
        using var folder = new TemporaryFolder();
        var broker = await TestBroker.StartAsync(options => (options.Folder, options.Durability) = (folder.Path, Durability.PowerLoss));
        using (var away = await broker.ConnectAsync(RawClient.Connect("away", clean: false)))
        {
            await away.SendAsync(RawClient.Subscribe("a", 1));
            await away.ExpectAsync("90 03 0001 01");
        }

        var payload = new byte[100_000]; // all together some milliseconds of the disk's time
        var publishing = Enumerable.Range(0, 60)
            .Select(_ => broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("a"), Payload = payload, QualityOfService = QualityOfService.AtLeastOnce }).AsTask())
            .ToList();
        await broker.DisposeAsync();
        await Task.WhenAll(publishing);

        await using var again = await TestBroker.StartAsync(options => options.Folder = folder.Path);
        Assert.That((await again.Broker.GetStatisticsAsync()).QueuedMessages, Is.EqualTo(60));
    }

    [Test]
    public async Task What_gathers_shares_one_sync_and_a_stop_ends_the_wait()
    {
        using var folder = new TemporaryFolder();
        var options = new MqttOptions { Folder = folder.Path, Gather = TimeSpan.FromHours(1), Listeners = { new MqttListenerOptions { Port = 0 } } };
        StorageMetrics metrics = null!;
        var broker = await TestBroker.StartAsync(register: services => services
            .AddSingleton(Options.Create(options)) // unvalidated: more than a configuration may ask for
            .AddStorage()
            .AddSingleton(provider => metrics = new StorageMetrics(provider.GetRequiredService<IMeterFactory>())));
        var first = PublishRetainedAsync(broker, "a");
        await broker.Broker.TurnAsync();
        var second = PublishRetainedAsync(broker, "b");
        await broker.Broker.TurnAsync();
        Assert.That((first.IsCompleted, second.IsCompleted), Is.EqualTo((false, false)), "nothing is acknowledged before it is on the disk");

        await Eventually.CompletesAsync(StopAsync(broker), "the stop of a broker whose records gather");

        await Task.WhenAll(first, second);
        var journal = metrics.Uses.Single(use => use is { Kind: StorageKind.Log, Name: MqttOptions.JournalName });
        Assert.That((journal.Commits, journal.Items), Is.EqualTo((1L, 4L)), "two messages, and twice what time it is");
    }

    [Test]
    public async Task What_waits_for_the_disk_is_decided_when_the_disk_has_it_and_not_before()
    {
        using var folder = new TemporaryFolder();
        LaggingJournal disk = null!;
        await using var journaled = new JournaledCore(folder.Path, wrap: journal => disk = new LaggingJournal(journal));
        disk.Tell(long.MaxValue); // for now it has everything at once
        SinkConnection.Accept(journaled.Core, RawClient.Connect("s", clean: false) + RawClient.Subscribe("a", 1));
        journaled.Settle();
        disk.Forget(journaled.Journal.NextTicket);
        var publication = new LocalPublication(journaled.Core)
        {
            Message = new MqttMessage { Topic = TopicName.Parse("a"), QualityOfService = QualityOfService.AtLeastOnce },
        };
        journaled.Core.Publish(publication);
        var decided = journaled.Core.WhenDecidedAsync();
        journaled.Settle();
        Assert.That((decided.IsCompleted, publication.Completion.IsCompleted), Is.EqualTo((false, false)));

        disk.Tell(journaled.Journal.NextTicket);
        journaled.Turn();

        Assert.That(decided.IsCompletedSuccessfully);
        Assert.That(publication.Completion.IsCompletedSuccessfully);
    }

    [Test]
    public void A_letter_that_comes_after_the_end_is_refused()
    {
        var mailbox = new Mailbox(static () => { });
        var early = new ActionLetter<int>(static () => 1);
        var late = new ActionLetter<int>(static () => 2);
        mailbox.Post(early);
        mailbox.Close();
        mailbox.Post(late);

        Assert.That(() => early.Done, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => late.Done, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task After_a_fault_of_the_loop_the_stop_closes_the_journal_and_does_not_throw()
    {
        using var folder = new TemporaryFolder();
        var broker = await TestBroker.StartAsync(options => options.Folder = folder.Path);
        await broker.Broker.InspectAsync(static core =>
        {
            core.Timers.Set(new Fault(), core.Now);
            return true;
        });
        Assert.That(() => broker.Broker.Completion.WaitAsync(TimeSpan.FromSeconds(10)), Throws.InstanceOf<InvalidTimeZoneException>());

        await broker.Broker.StopAsync();
        await broker.DisposeAsync();

        await using var again = await TestBroker.StartAsync(options => options.Folder = folder.Path);
    }

    [Test]
    public async Task A_stop_that_nobody_waits_for_leaves_a_journal_that_the_next_process_opens()
    {
        using var folder = new TemporaryFolder();
        var broker = await TestBroker.StartAsync(options => options.Folder = folder.Path);
        try
        {
            await broker.Broker.StopAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // Mostly: what had ended before it was waited for is not given up.
        }

        await broker.DisposeAsync();

        await using var again = await TestBroker.StartAsync(options => options.Folder = folder.Path);
    }

    private static Task PublishRetainedAsync(TestBroker broker, string topic) => broker.Broker.PublishAsync(
        new MqttMessage { Topic = TopicName.Parse(topic), Payload = new byte[10], QualityOfService = QualityOfService.AtLeastOnce, Retain = true }).AsTask();

    private static async Task<bool> StopAsync(TestBroker broker)
    {
        await broker.DisposeAsync();
        return true;
    }

    private sealed class Fault : Timed
    {
        public override void OnDue(long now) => throw new InvalidTimeZoneException();
    }

    private sealed class SlowReader : IMessageHandler
    {
        public TaskCompletionSource Done { get; } = new();

        public ValueTask Handle(in PublishedMessage message) => new(Done.Task);
    }
}
