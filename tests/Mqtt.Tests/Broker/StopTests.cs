using Roost.Mqtt.Loop;
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
