using System.Text;
using System.Text.Json;
using Roost.LocalLambda.Queue;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Queue;

/// <summary>Events that fail: a second try after a minute, a third after two more, then the dead letters.</summary>
internal sealed class RetryTests : FunctionFixture
{
    private const string Failing = "def handler(event, context):\n    print('tried')\n    raise ValueError('no bumper')";
    private static readonly InvocationContext Wanted = new() { AnswerTopic = TopicName.Parse("answers") };
    private ManualTimeProvider _clock = null!;

    [SetUp]
    public void SetClock() => _clock = new ManualTimeProvider();

    [Test]
    public async Task An_event_that_fails_three_times_is_a_dead_letter_and_its_error_the_answer()
    {
        Python("bad", Failing);
        await StartAsync(clock: _clock);

        var requestId = await Host.EnqueueAsync("bad", "{\"n\":1}"u8, Wanted);
        await TriedAsync(1);
        await Eventually.IsTrueAsync(() => Retries("bad").Count == 1, "the retry");
        Assert.That(Retries("bad").Single(), Is.EqualTo(new QueueRetry("run", 2, 0, _clock.GetUtcNow().AddMinutes(1))));
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.That(DeadLetters("bad"), Is.Empty);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await TriedAsync(2);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await TriedAsync(3);

        await Eventually.IsTrueAsync(() => Broker.Published.Count == 1, "the error as the answer");
        var letter = JsonDocument.Parse(DeadLetters("bad").Single()).RootElement;
        Assert.That(letter.GetProperty("version").GetString(), Is.EqualTo("1.0"));
        Assert.That(letter.GetProperty("requestContext").GetRawText(), Is.EqualTo(
            $$"""{"requestId":"{{requestId}}","functionArn":"arn:aws:lambda:local:000000000000:function:bad:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":3}"""));
        Assert.That(letter.GetProperty("requestPayload").GetRawText(), Is.EqualTo("{\"n\":1}"));
        Assert.That(letter.GetProperty("responseContext").GetRawText(), Is.EqualTo("""{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"}"""));
        Assert.That(letter.GetProperty("responsePayload").GetProperty("errorMessage").GetString(), Is.EqualTo("no bumper"));
        Assert.That(Broker.Published.Single().Properties!.UserProperties.Single(), Is.EqualTo(new UserProperty("function-error", "Unhandled")));
    }

    [Test]
    public async Task An_event_that_succeeds_at_its_second_try_is_answered_once()
    {
        Python("shaky", "n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    print('tried')\n    if n == 1: raise ValueError()\n    return event", "idle: 1h\n");
        await StartAsync(clock: _clock);

        await Host.EnqueueAsync("shaky", "7"u8, Wanted);
        await TriedAsync(1);
        _clock.Advance(TimeSpan.FromMinutes(1));

        await Eventually.IsTrueAsync(() => Broker.Published.Count == 1, "the answer");
        Assert.That(Encoding.UTF8.GetString(Broker.Published.Single().Payload.Span), Is.EqualTo("7"));
        Assert.That(DeadLetters("shaky"), Is.Empty);
    }

    [Test]
    public async Task An_event_waits_for_its_next_try_through_a_restart()
    {
        Python("bad", Failing);
        await StartAsync(clock: _clock);
        await Host.EnqueueAsync("bad", "1"u8, InvocationContext.Default);
        await TriedAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await StopAsync();
        Python("bad", "def handler(event, context):\n    print('again')");

        await StartAsync(clock: _clock);
        await Eventually.IsTrueAsync(() => QueuedAt("bad") == 1, "the event that was kept");
        _clock.Advance(TimeSpan.FromSeconds(39));
        Assert.That(Log("bad"), Does.Not.Contain("again"));
        _clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.IsTrueAsync(() => Log("bad").Contains("again"), "the second try");
        await DoneAsync("bad");
    }

    [Test]
    public async Task An_event_that_waits_runs_after_a_night_in_which_the_gateway_was_off()
    {
        Python("door", Failing);
        await StartAsync(clock: _clock);
        await Host.EnqueueAsync("door", "1"u8, InvocationContext.Default);
        await TriedAsync(1);
        await StopAsync();
        Python("door", "def handler(event, context):\n    print('again')");
        _clock.Advance(TimeSpan.FromHours(7));

        await StartAsync(clock: _clock);
        await Eventually.IsTrueAsync(() => QueuedAt("door") == 1, "the event that was kept");
        _clock.Advance(TimeSpan.FromMinutes(1));

        await DoneAsync("door");
        Assert.That((Log("door").Contains("again"), DeadLetters("door").Count), Is.EqualTo((true, 0)));
    }

    [Test]
    public async Task The_queue_of_a_function_whose_folder_has_gone_is_kept_until_it_is_back()
    {
        Python("bad", Failing);
        await StartAsync(clock: _clock);
        await Host.EnqueueAsync("bad", "1"u8, InvocationContext.Default);
        await TriedAsync(1);
        await StopAsync();
        Directory.Delete(Path.Combine(Folder["functions"], "bad"), recursive: true);
        await StartAsync(clock: _clock);
        Assert.That(Host.Functions, Is.Empty);
        await StopAsync();
        Python("bad", "def handler(event, context):\n    print('again')");

        await StartAsync(clock: _clock);
        await Eventually.IsTrueAsync(() => QueuedAt("bad") == 1, "the event that was kept");
        _clock.Advance(TimeSpan.FromMinutes(1));

        await Eventually.IsTrueAsync(() => Log("bad").Contains("again"), "the second try");
    }

    [Test]
    public async Task A_full_queue_refuses_events_and_takes_them_again_when_others_are_done()
    {
        Python("bad", Failing);
        await StartAsync(options => options.QueueBytes = 4 * 1024 * 1024, _clock);
        var large = Encoding.ASCII.GetBytes($"\"{new string('x', (1024 * 1024) - 2)}\"");
        for (var i = 1; i <= 3; i++)
        {
            await Host.EnqueueAsync("bad", large, InvocationContext.Default);
        }

        Assert.That(async () => await Host.EnqueueAsync("bad", large, InvocationContext.Default), Throws.InstanceOf<FunctionThrottledException>());
        await TriedAsync(3);
        await Eventually.IsTrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(30)); // what finds no room in a log that is as full as this is noted half a minute later
                return QueuedAt("bad") == 0;
            },
            "the queue to be empty");

        Assert.That(async () => await Host.EnqueueAsync("bad", large, InvocationContext.Default), Throws.Nothing);
    }

    [Test]
    public async Task An_answer_that_the_broker_does_not_take_counts_as_a_failure_and_holds_up_nobody()
    {
        Python("echo", "def handler(event, context):\n    return event");
        await StartAsync(clock: _clock);
        Broker.Refusals = 1;

        await Host.EnqueueAsync("echo", "1"u8, Wanted);
        await Eventually.IsTrueAsync(() => Broker.Refusals == 0, "the answer to be refused");
        await IsWaitingAsync("echo");
        Assert.That(Broker.Published, Is.Empty);
        await Host.EnqueueAsync("echo", "2"u8, Wanted);
        await Eventually.IsTrueAsync(() => Broker.Published.Count == 1, "the answer of the one behind it");
        _clock.Advance(TimeSpan.FromMinutes(1));

        await Eventually.IsTrueAsync(() => Broker.Published.Count == 2, "the answer, at the second try");
        await DoneAsync("echo");
    }

    [Test]
    public async Task A_message_whose_sender_may_not_publish_to_its_response_topic_is_not_answered()
    {
        Python("echo", "def handler(event, context):\n    return event");
        await StartAsync(clock: _clock);
        var properties = new MqttMessageProperties { ResponseTopic = TopicName.Parse("robots/another/cmd") };

        await Host.EnqueueAsync("echo", new PublishedMessage(TopicName.Parse("in"), "1"u8, QualityOfService.AtLeastOnce, false, "client", properties));

        await DoneAsync("echo");
        Assert.That(Broker.Published, Is.Empty);
    }

    [Test]
    public async Task An_answer_carries_the_routes_that_its_event_has_passed()
    {
        Python("echo", "def handler(event, context):\n    return event");
        await StartAsync(clock: _clock);
        var properties = new MqttMessageProperties { ResponseTopic = TopicName.Parse("answers"), MayBeAnswered = true, UserProperties = [new UserProperty("roost-routes", "0,3")] };

        await Host.EnqueueAsync("echo", new PublishedMessage(TopicName.Parse("in"), "1"u8, QualityOfService.AtLeastOnce, false, "client", properties));

        await Eventually.IsTrueAsync(() => Broker.Published.Count == 1, "the answer");
        Assert.That(Broker.Published.Single().Properties!.UserProperties.Single(), Is.EqualTo(new UserProperty("roost-routes", "0,3")));
    }

    /// <summary>It has run so often, and what becomes of it is kept: it waits, or it is done.</summary>
    private async Task TriedAsync(int times)
    {
        var function = Host.Functions.Single().Name;
        await Eventually.IsTrueAsync(() => Log(function).Split('\n').Count(line => line == "tried") == times, $"try {times}");
        await IsWaitingAsync(function);
    }

    private IReadOnlyList<QueueRetry> Retries(string name) => Host.TryFind(name, out var function) ? function.Queue!.NextRetries(5) : [];

    private Task IsWaitingAsync(string function) => Eventually.IsTrueAsync(() => Host.TryFind(function, out var found) && found.Queue!.Handling == 0, "what becomes of the event to be decided");
}
