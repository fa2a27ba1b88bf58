using System.Text;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Recovery;

/// <summary>Damage in a queue costs the events that it lies on; those before and behind it run.</summary>
internal sealed class DamagedQueueTests : FunctionFixture
{
    private const string Waits = "import time\ndef handler(event, context):\n    time.sleep(800)";
    private const string Answers = "def handler(event, context): return event";
    private const string Settings = "max-concurrency: 1\ntimeout: 900s\n";

    [Test]
    public async Task Found_at_the_start_all_other_events_run_and_new_ones_are_taken()
    {
        Python("later", Waits, Settings);
        await StartAsync(options => options.DrainTimeout = TimeSpan.Zero);
        await EnqueueAsync(0, 6);
        await StopAsync();
        Damage("event-3");
        Python("later", Answers, Settings);

        await StartAsync();

        await AnsweredAsync("event-0", "event-1", "event-2", "event-4", "event-5");
        await EnqueueAsync(6, 1);
        await AnsweredAsync("event-0", "event-1", "event-2", "event-4", "event-5", "event-6");
        await DoneAsync("later");
        Assert.That(Host.Damage, Has.One.Items.And.All.Contains("5 events that wait could be read").And.All.Contains("later.damaged-"));
        Assert.That(Directory.GetDirectories(Folder["data/queues"], "later.damaged-*"), Has.Length.EqualTo(1));

        await StopAsync();
        await StartAsync();
        Assert.That((Host.Damage.Count, QueuedAt("later")), Is.EqualTo((0, 0L)), "said once, and none runs twice");
    }

    [Test]
    public async Task Found_while_it_runs_the_event_keeps_nothing_from_running()
    {
        Python("later", "import time\ndef handler(event, context):\n    if event == 'hold': time.sleep(800)\n    return event", "max-concurrency: 2\ntimeout: 900s\n");
        await StartAsync(options => options.DrainTimeout = TimeSpan.Zero);
        await Host.ChangeAsync("later", record => record! with { ReservedConcurrency = 1 });
        var held = InvokeAsync("later", "\"hold\"");
        await EnqueueAsync(0, 4); // looked at in vain, and read again later
        Damage("event-1");
        await Host.ChangeAsync("later", record => record! with { ReservedConcurrency = null });

        await AnsweredAsync("event-0", "event-2", "event-3");
        await DoneAsync("later");
        Assert.That(Host.Damage, Has.One.Items.And.All.Contains("one event of its queue is damaged"));
        Assert.That(Directory.GetFiles(Directory.GetDirectories(Folder["data/queues"], "later.damaged-*").Single()), Has.Length.EqualTo(1));
        await StopAsync();
        Assert.That((await held).FunctionError, Is.Not.Null);
    }

    [Test]
    public async Task A_salvage_that_a_crash_cut_off_before_its_last_step_is_ended_by_the_next_start()
    {
        Python("later", Waits, Settings);
        await StartAsync(options => options.DrainTimeout = TimeSpan.Zero);
        await EnqueueAsync(0, 2);
        await StopAsync();
        Directory.Move(Folder["data/queues/later"], Folder["data/queues/later.salvaged"]);
        Python("later", Answers, Settings);

        await StartAsync();

        await AnsweredAsync("event-0", "event-1");
    }

    private async Task EnqueueAsync(int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            await Host.EnqueueAsync("later", Encoding.UTF8.GetBytes($"\"event-{i}\""), new InvocationContext { AnswerTopic = TopicName.Parse("out") });
        }
    }

    private Task AnsweredAsync(params string[] events) => Eventually.IsTrueAsync(
        () => Broker.Published.Select(message => Encoding.UTF8.GetString(message.Payload.Span).Trim('"')).Order(StringComparer.Ordinal).SequenceEqual(events),
        $"answers to {string.Join(", ", events)}, each once");

    /// <summary>One bit of the event, where it lies on the disk.</summary>
    private void Damage(string text)
    {
        foreach (var path in Directory.GetFiles(Folder["data/queues/later"], "*.log"))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            if (bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) is var at and >= 0)
            {
                file.Position = at;
                file.WriteByte((byte)(bytes[at] ^ 0x10));
                return;
            }
        }

        Assert.Fail($"{text} is not in the queue");
    }
}
