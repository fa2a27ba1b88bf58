using System.Text;
using System.Text.Json;
using Roost.LocalLambda.Registry;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Queue;

/// <summary>Settings, destinations and ages of asynchronous invocations.</summary>
internal sealed class AsyncInvocationTests : FunctionFixture
{
    private const string Failing = "def handler(event, context):\n    raise ValueError('no bumper')";
    private const string Topic = "arn:aws:iot:local:000000000000:topic/";
    private ManualTimeProvider _clock = null!;

    [SetUp]
    public void SetClock() => _clock = new ManualTimeProvider();

    [Test]
    public async Task A_function_without_retries_fails_once_and_its_destination_gets_the_record()
    {
        Python("bad", Failing);
        await StartAsync(clock: _clock);
        await SetAsync("bad", new AsyncSettings { MaximumRetryAttempts = 0, OnFailure = Topic + "failed" });

        var requestId = await Host.EnqueueAsync("bad", "{\"n\": 1}"u8, InvocationContext.Default);
        await Eventually.IsTrueAsync(() => Broker.Published.Count == 1, "the record");
        await DoneAsync("bad");

        var message = Broker.Published.Single();
        Assert.That((message.Topic.Value, message.QualityOfService), Is.EqualTo(("failed", QualityOfService.AtLeastOnce)));
        var record = JsonDocument.Parse(message.Payload).RootElement;
        Assert.That(record.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "version", "timestamp", "requestContext", "requestPayload", "responseContext", "responsePayload" }));
        Assert.That(record.GetProperty("requestContext").GetRawText(), Is.EqualTo(
            $$"""{"requestId":"{{requestId}}","functionArn":"arn:aws:lambda:local:000000000000:function:bad:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":1}"""));
        Assert.That(record.GetProperty("requestPayload").GetRawText(), Is.EqualTo("{\"n\": 1}"));
        Assert.That(DeadLetters("bad"), Is.Empty, "the destination has it");
    }

    [Test]
    public async Task Success_goes_to_its_destination_function_with_the_answer()
    {
        Python("first", "def handler(event, context):\n    return {'done': event}");
        Python("second", "import json\ndef handler(event, context):\n    print('got', json.dumps(event['responsePayload']), event['requestContext']['condition'], 'functionError' in event['responseContext'])");
        await StartAsync();
        await SetAsync("first", new AsyncSettings { OnSuccess = "arn:aws:lambda:local:000000000000:function:second" });

        await Host.EnqueueAsync("first", "7"u8, InvocationContext.Default);

        await Eventually.IsTrueAsync(() => Log("second").Contains("got {\"done\": 7} Success False"), "the record");
    }

    [Test]
    public async Task A_function_that_is_its_own_destination_stops_after_sixteen_rounds()
    {
        Python("round", "def handler(event, context):\n    print('round')");
        await StartAsync();
        await SetAsync("round", new AsyncSettings { OnSuccess = "arn:aws:lambda:local:000000000000:function:round" });

        await Host.EnqueueAsync("round", "1"u8, InvocationContext.Default);
        await Eventually.IsTrueAsync(() => Host.Letters.Count("round") == 1, "the dead letter");
        await DoneAsync("round");

        Assert.That(Log("round").Split('\n').Count(line => line == "round"), Is.EqualTo(17));
        var letter = Host.Letters.List("round", null, null, 1).Letters.Single().Letter;
        Assert.That((letter.Kind, letter.Condition, letter.ErrorMessage), Is.EqualTo(("delivery", "Success",
            "arn:aws:lambda:local:000000000000:function:round did not take the record: the event has passed 16 destinations one after the other, which looks like a circle")));
    }

    [Test]
    public async Task A_circle_over_a_topic_that_triggers_the_function_stops_too()
    {
        Python("round", "def handler(event, context):\n    print('round')", "triggers: [ { topic: \"again\" } ]\n");
        await StartAsync();
        await SetAsync("round", new AsyncSettings { OnSuccess = Topic + "again" });

        await Host.EnqueueAsync("round", "1"u8, InvocationContext.Default);

        await Eventually.IsTrueAsync(() => Host.Letters.Count("round") == 1, "the dead letter");
    }

    [Test]
    public async Task A_destination_that_refuses_gets_the_record_later_and_the_function_does_not_run_again()
    {
        Python("once", "def handler(event, context):\n    print('ran')");
        await StartAsync(clock: _clock);
        await SetAsync("once", new AsyncSettings { OnSuccess = Topic + "done" });
        Broker.Refusals = 3;

        await Host.EnqueueAsync("once", "1"u8, InvocationContext.Default);
        await Eventually.IsTrueAsync(() => Broker.Refusals == 2 && IsWaiting("once"), "the record to be kept");
        await StopAsync();
        await StartAsync(clock: _clock);
        await SetAsync("once", new AsyncSettings { OnSuccess = Topic + "done" });
        await Eventually.IsTrueAsync(() => QueuedAt("once") == 1, "what was kept");
        for (var refusals = 1; refusals >= 0; refusals--)
        {
            _clock.Advance(TimeSpan.FromSeconds(4));
            await Eventually.IsTrueAsync(() => Broker.Refusals == refusals && IsWaiting("once"), $"the destination to refuse {2 - refusals} times more");
        }

        _clock.Advance(TimeSpan.FromSeconds(8));
        await Eventually.IsTrueAsync(() => Broker.Published.Count == 1, "the record");
        await DoneAsync("once");
        Assert.That(Log("once").Split('\n').Count(line => line == "ran"), Is.EqualTo(1));
    }

    [Test]
    public async Task Where_there_is_no_room_for_what_became_of_events_no_more_are_run_and_none_twice()
    {
        Python("once", "def handler(event, context):\n    print('ran', event['n'])\n    return 'x' * 800_000", "max-concurrency: 2\n");
        await StartAsync(options => options.QueueBytes = 4 * 1024 * 1024, _clock);
        await SetAsync("once", new AsyncSettings { OnSuccess = Topic + "done" });
        Broker.Refusals = 100_000;
        var fill = new string('f', 50_000);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(n => // at once: a queue that is filling up takes no more
            Host.EnqueueAsync("once", Encoding.UTF8.GetBytes($"{{\"n\":{n},\"fill\":\"{fill}\"}}"), InvocationContext.Default).AsTask()));

        await Eventually.IsTrueAsync(() => Ran().Count > 0 && IsWaiting("once"), "the room to be used up");
        Assert.That(Ran(), Has.Count.LessThan(30), "else there was room for all, and nothing is shown");
        for (var round = 0; round < 5; round++)
        {
            _clock.Advance(TimeSpan.FromSeconds(31));
            await Eventually.IsTrueAsync(() => IsWaiting("once"), "all to be refused again");
        }

        Assert.That(Ran(), Is.Unique);
        Broker.Refusals = 0;
        for (var round = 0; round < 50 && QueuedAt("once") > 0; round++)
        {
            _clock.Advance(TimeSpan.FromMinutes(5));
            await Eventually.IsTrueAsync(() => IsWaiting("once"), "what can be delivered to be delivered");
        }

        Assert.That(Ran(), Is.Unique.And.Exactly(30).Items);
        Assert.That((Broker.Published.Count, DeadLetters("once").Count), Is.EqualTo((30, 0)));

        List<string> Ran() => [.. Log("once").Split('\n').Where(line => line.StartsWith("ran", StringComparison.Ordinal))];
    }

    [Test]
    public async Task A_destination_that_refuses_for_six_hours_leaves_a_dead_letter_that_can_be_replayed()
    {
        Python("once", "def handler(event, context):\n    print('ran')");
        await StartAsync(clock: _clock);
        await SetAsync("once", new AsyncSettings { OnSuccess = Topic + "done" });
        Broker.Refusals = 1000;
        await Host.EnqueueAsync("once", "1"u8, InvocationContext.Default);
        await Eventually.IsTrueAsync(() => Broker.Refusals == 999 && IsWaiting("once"), "the record to be kept");
        _clock.Advance(TimeSpan.FromHours(6));
        await DoneAsync("once");
        Broker.Refusals = 0;
        var letter = Host.Letters.List("once", null, null, 1).Letters.Single();
        Assert.That((letter.Letter.Kind, letter.Letter.Attempts), Is.EqualTo(("delivery", 1)));

        Assert.That(await Host.ReplayAsync("once", letter.Id), Is.True);

        await Eventually.IsTrueAsync(() => Broker.Published.Count == 1, "the record");
        Assert.That(Log("once").Split('\n').Count(line => line == "ran"), Is.EqualTo(1), "it is the delivery that is replayed");
        Assert.That(Host.Letters.Count("once"), Is.Zero);
    }

    [Test]
    public async Task A_slow_event_lets_those_behind_it_expire_at_their_time()
    {
        Python("slow", "import time\ndef handler(event, context):\n    time.sleep(600)", "max-concurrency: 1\ntimeout: 600s\n");
        await StartAsync(options => options.DrainTimeout = TimeSpan.Zero, _clock);
        await SetAsync("slow", new AsyncSettings { MaximumEventAgeInSeconds = 60 });
        await Host.EnqueueAsync("slow", "1"u8, InvocationContext.Default);
        await Eventually.IsTrueAsync(() => Host.Functions.Single().Busy == 1, "the first to run");
        await Host.EnqueueAsync("slow", "2"u8, InvocationContext.Default);

        _clock.Advance(TimeSpan.FromSeconds(60));

        await Eventually.IsTrueAsync(() => Host.Letters.Count("slow") == 1, "the dead letter");
        var record = JsonDocument.Parse(DeadLetters("slow").Single()).RootElement;
        Assert.That(record.GetProperty("requestPayload").GetInt32(), Is.EqualTo(2));
        Assert.That(record.GetProperty("requestContext").GetProperty("condition").GetString(), Is.EqualTo("EventAgeExceeded"));
        Assert.That(record.GetProperty("requestContext").GetProperty("approximateInvokeCount").GetInt32(), Is.Zero);
        Assert.That(record.TryGetProperty("responseContext", out _), Is.False, "nothing answered");
    }

    [Test]
    public async Task An_alias_that_has_gone_makes_a_dead_letter_at_once()
    {
        Python("f", Failing);
        await StartAsync(clock: _clock);
        await Host.ChangeAsync("f", record => record!.Publish(null, _clock.GetUtcNow(), out _) with { Aliases = [new FunctionAlias { Name = "prod", FunctionVersion = "1" }] });
        await Host.EnqueueAsync("f", "1"u8, new InvocationContext { Qualifier = "prod" });
        await Eventually.IsTrueAsync(() => IsWaiting("f") && QueuedAt("f") == 1 && Log("f").Contains("no bumper"), "the first try");
        await Host.ChangeAsync("f", record => record! with { Aliases = [] });

        _clock.Advance(TimeSpan.FromMinutes(1));

        await Eventually.IsTrueAsync(() => Host.Letters.Count("f") == 1, "the dead letter");
        Assert.That(Host.Letters.List("f", null, null, 1).Letters.Single().Letter.ErrorCode, Is.EqualTo(404));
    }

    [Test]
    public async Task A_function_that_is_removed_takes_its_queue_with_it()
    {
        Python("bad", Failing);
        await StartAsync(clock: _clock);
        await Host.EnqueueAsync("bad", "1"u8, InvocationContext.Default);
        await Eventually.IsTrueAsync(() => IsWaiting("bad"), "the first try");

        await Host.RemoveAsync("bad");

        Assert.That(Directory.Exists(Folder["data/queues/bad"]), Is.False);
    }

    [Test]
    public async Task An_empty_queue_has_no_folder_after_a_while_and_takes_events_as_before()
    {
        Python("echo", "def handler(event, context):\n    print('got', event)");
        await StartAsync(clock: _clock);
        Assert.That(Directory.Exists(Folder["data/queues/echo"]), Is.False, "before the first event");
        await Host.EnqueueAsync("echo", "1"u8, InvocationContext.Default);
        await DoneAsync("echo");

        await Eventually.IsTrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMinutes(1));
                return !Directory.Exists(Folder["data/queues/echo"]);
            },
            "the folder to go");
        await Host.EnqueueAsync("echo", "2"u8, InvocationContext.Default);

        await Eventually.IsTrueAsync(() => Log("echo").Contains("got 2"), "the second");
    }

    [Test]
    public async Task Events_that_come_all_at_once_while_the_queue_opens_are_all_kept()
    {
        Python("echo", "def handler(event, context):\n    return event");
        await StartAsync();

        var kept = Enumerable.Range(0, 200).Select(i => Host.EnqueueAsync("echo", Encoding.UTF8.GetBytes($"{i}"), new InvocationContext { AnswerTopic = TopicName.Parse("out") }).AsTask()).ToArray();
        await Task.WhenAll(kept);

        await Eventually.IsTrueAsync(() => Broker.Published.Count == 200, "all answers");
        Assert.That(Broker.Published.Select(message => int.Parse(Encoding.UTF8.GetString(message.Payload.Span))).Order(), Is.EqualTo(Enumerable.Range(0, 200)));
    }

    private Task SetAsync(string function, AsyncSettings settings) =>
        Host.ChangeAsync(function, record => record! with { Async = new Dictionary<string, AsyncSettings> { ["$LATEST"] = settings } });

    private bool IsWaiting(string function) => Host.TryFind(function, out var found) && found.Queue!.Handling == 0;
}
