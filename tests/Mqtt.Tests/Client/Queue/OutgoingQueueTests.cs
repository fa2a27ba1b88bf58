using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Client;
using Roost.Mqtt.Tests.Conformance;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client.Queue;

/// <summary>The durable outgoing queue over a real folder, towards a scripted server.</summary>
public sealed class OutgoingQueueTests
{
    private readonly List<string> _refused = [];
    private TemporaryFolder _folder = null!;
    private ScriptedServer _server = null!;
    private ManualTimeProvider _clock = null!;

    [SetUp]
    public void Start()
    {
        _folder = new TemporaryFolder();
        _server = new ScriptedServer();
        _clock = new ManualTimeProvider();
        _refused.Clear();
    }

    [TearDown]
    public void Stop()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task What_was_accepted_is_sent_in_order_and_leaves_with_its_acknowledgement()
    {
        await using var queue = Open();
        await EnqueueAsync(queue, "1", "2");
        Assert.That(queue.Status, Is.EqualTo(new MqttOutgoingQueueStatus(Waiting: 2, queue.Status.Bytes, Accepted: 2, 0, 0, 0, 0)));
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);

        await server.ExpectAsync("32 07 00 01 't' 00 01 00 '1' 32 07 00 01 't' 00 02 00 '2'");
        await EnqueueAsync(queue, "3");
        await server.ExpectAsync("32 07 00 01 't' 00 03 00 '3'");
        await server.SendAsync("40 02 00 01 40 02 00 02 40 02 00 03");

        await Eventually.IsTrueAsync(() => queue.Status.Acknowledged == 3, "the acknowledgements");
        await sending.EndAsync();
        Assert.That(queue.Status.Waiting, Is.Zero);
    }

    [Test]
    public async Task After_a_restart_only_what_was_not_acknowledged_is_sent()
    {
        await using (var queue = Open())
        {
            await EnqueueAsync(queue, "1", "2");
            await using var client = Client();
            using var server = await _server.ConnectAsync(client);
            await using var sending = new Sending(queue, client);
            await server.ExpectAsync("32 07 00 01 't' 00 01 00 '1' 32 07 00 01 't' 00 02 00 '2'");
            await server.SendAsync("40 02 00 01");
            await Eventually.IsTrueAsync(() => queue.Status.Acknowledged == 1, "the acknowledgement");
            await sending.EndAsync();
            await client.DisposeAsync(); // before the server's end of the connection, or it connects again
        }

        await using var again = Open();
        await using var next = Client();
        using var later = await _server.ConnectAsync(next);
        await using var sendingAgain = new Sending(again, next);
        await later.ExpectAsync("32 07 00 01 't' 00 01 00 '2'");
    }

    [Test]
    public async Task No_more_than_the_window_is_handed_to_the_client()
    {
        await using var queue = Open(new MqttOutgoingQueueOptions { MaxInflight = 2 });
        await EnqueueAsync(queue, "1", "2", "3");
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);

        await server.ExpectAsync("32 07 00 01 't' 00 01 00 '1' 32 07 00 01 't' 00 02 00 '2'");
        await client.PublishAsync(SomeMessage.Of("b", "", QualityOfService.AtMostOnce));
        await server.ExpectAsync("30 04 00 01 'b' 00");
        await server.ExchangeAsync("40 02 00 01", "32 07 00 01 't' 00 03 00 '3'");
    }

    [Test]
    public async Task A_message_that_the_server_refuses_for_now_is_sent_again_until_it_is_taken()
    {
        await using var queue = Open(new MqttOutgoingQueueOptions { MaxInflight = 1 });
        await EnqueueAsync(queue, "1", "2");
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);

        await server.ExpectAsync("32 07 00 01 't' 00 01 00 '1'");
        await server.SendAsync("40 03 00 01 97"); // Quota exceeded
        await AdvanceUntilAsync(server, "32 07 00 01 't' 00 02 00 '1'");
        await server.ExchangeAsync("40 02 00 02", "32 07 00 01 't' 00 03 00 '2'");
    }

    [Test]
    public async Task A_message_that_the_server_never_takes_is_told_and_counted_and_the_next_goes_on()
    {
        await using var queue = Open(new MqttOutgoingQueueOptions { MaxInflight = 1 });
        await EnqueueAsync(queue, "1", "2");
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);

        await server.ExpectAsync("32 07 00 01 't' 00 01 00 '1'");
        await server.ExchangeAsync("40 03 00 01 99", "32 07 00 01 't' 00 02 00 '2'"); // Payload format invalid

        Assert.That(_refused, Is.EqualTo(new[] { "1" }));
        Assert.That(queue.Status.Refused, Is.EqualTo(1));
    }

    [Test]
    public async Task A_refusal_for_an_unclear_reason_is_final_after_five_tries()
    {
        await using var queue = Open(new MqttOutgoingQueueOptions { MaxInflight = 1 });
        await EnqueueAsync(queue, "1");
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);

        await server.ExpectAsync("32 07 00 01 't' 00 01 00 '1'");
        for (var attempt = 1; attempt < 5; attempt++)
        {
            await server.SendAsync($"40 03 00 0{attempt} 87"); // Not authorized
            await AdvanceUntilAsync(server, $"32 07 00 01 't' 00 0{attempt + 1} 00 '1'");
        }

        Assert.That(_refused, Is.Empty);
        await server.SendAsync("40 03 00 05 87");
        await Eventually.IsTrueAsync(() => _refused.Count == 1, "the message to be given up");
    }

    [Test]
    public async Task A_refusal_for_an_unclear_reason_is_never_final_where_nobody_keeps_the_message()
    {
        await using var queue = Open(new MqttOutgoingQueueOptions { MaxInflight = 1 });
        queue.MessageRefused = null;
        await EnqueueAsync(queue, "1");
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);

        await server.ExpectAsync("32 07 00 01 't' 00 01 00 '1'");
        for (var attempt = 1; attempt < 8; attempt++)
        {
            await server.SendAsync($"40 03 00 0{attempt} 87");
            await AdvanceUntilAsync(server, $"32 07 00 01 't' 00 0{attempt + 1} 00 '1'");
        }

        Assert.That(queue.Status.Refused, Is.Zero);
    }

    [Test]
    public async Task A_lifetime_runs_through_an_outage_and_what_has_expired_is_not_sent()
    {
        await using (var queue = Open())
        {
            await queue.EnqueueAsync(Expiring("1", 60));
            await queue.EnqueueAsync(Expiring("2", 600));
        }

        _clock.Advance(TimeSpan.FromSeconds(100));
        await using var again = Open();
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(again, client);

        await server.ExpectAsync("32 0C 00 01 't' 00 01 05 02 00 00 01 F4 '2'");
        await Eventually.IsTrueAsync(() => again.Status.Expired == 1, "the expired message to be counted");
    }

    [Test]
    public async Task A_full_queue_refuses_and_accepts_again_once_messages_are_sent()
    {
        await using var queue = Open(new MqttOutgoingQueueOptions { MaxBytes = 64 * 1024, MaxMessageBytes = 4096, MaxInflight = 1000 });
        var large = new string('x', 4000);
        var accepted = await EnqueueUntilFullAsync(queue, large);
        Assert.That(accepted, Is.InRange(10, 16));
        Assert.That(queue.Status.Dropped, Is.Zero);
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);
        for (var i = 1; i <= accepted; i++)
        {
            await server.SendAsync($"40 02 00 {i:X2}");
        }

        await Eventually.IsTrueAsync(() => queue.Status.Acknowledged == accepted, "the acknowledgements");
        await sending.EndAsync(); // writes the position, which frees the space

        await queue.EnqueueAsync(SomeMessage.Of("t", large));
    }

    [Test]
    public async Task A_queue_that_drops_its_oldest_counts_them_and_sends_the_rest_in_order()
    {
        await using var queue = Open(new MqttOutgoingQueueOptions { MaxBytes = 64 * 1024, MaxMessageBytes = 4096, Full = LogFullPolicy.DropOldest, MaxInflight = 1 });
        for (var i = 0; i < 40; i++)
        {
            await queue.EnqueueAsync(SomeMessage.Of("t", $"{i:00}{new string('x', 4000)}"));
        }

        await Eventually.IsTrueAsync(() => queue.Status.Bytes <= 64 * 1024, "the queue to drop its oldest");
        var status = queue.Status;
        Assert.Multiple(() =>
        {
            Assert.That(status.Accepted, Is.EqualTo(40));
            Assert.That(status.Dropped, Is.InRange(24, 32));
            Assert.That(status.Waiting, Is.EqualTo(40 - status.Dropped));
        });
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);
        await server.ExpectAsync($"32 A8 1F 00 01 't' 00 01 00 '{status.Dropped:00}'");
        Assert.That(queue.Status.Dropped, Is.EqualTo(status.Dropped), "counted once, before and after reading");
    }

    [Test]
    public async Task A_client_that_is_closed_ends_the_sending_and_another_goes_on()
    {
        await using var queue = Open();
        await EnqueueAsync(queue, "1");
        await using var first = Client();
        using (var server = await _server.ConnectAsync(first))
        {
            var sending = queue.SendAsync(first, CancellationToken.None);
            await server.ReadPacketAsync("PUBLISH");
            await first.DisposeAsync();
            await Assert.ThrowsAsync<MqttConnectionException>(() => sending.WaitAsync(Eventually.Limit));
        }

        await using var second = Client();
        using var next = await _server.ConnectAsync(second);
        await using var again = new Sending(queue, second);
        await next.ExpectAsync("32 07 00 01 't' 00 01 00 '1'");
    }

    [Test]
    public async Task A_message_without_an_acknowledgement_and_one_that_is_too_large_are_not_accepted()
    {
        await using var queue = Open(new MqttOutgoingQueueOptions { MaxMessageBytes = 10 });

        await Assert.ThrowsAsync<ArgumentException>(() => queue.EnqueueAsync(SomeMessage.Of("t", "x", QualityOfService.AtMostOnce)).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => queue.EnqueueAsync(SomeMessage.Of("t", "0123456789")).AsTask());
        Assert.That(queue.Status.Accepted, Is.Zero);
    }

    [Test]
    public async Task Two_may_not_send_one_queue()
    {
        await using var queue = Open();
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);

        await Assert.ThrowsAsync<InvalidOperationException>(() => queue.SendAsync(client, CancellationToken.None));
    }

    [Test]
    public async Task What_is_behind_a_message_that_is_tried_again_is_not_repeated_with_each_try()
    {
        await using var queue = Open();
        await EnqueueAsync(queue, "1", "2");
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);
        await server.ExpectAsync("32 07 00 01 't' 00 01 00 '1' 32 07 00 01 't' 00 02 00 '2'");
        await server.SendAsync("40 03 00 01 97 40 02 00 02"); // quota exceeded, and the second is taken

        await AdvanceUntilAsync(server, "32 07 00 01 't' 00 03 00 '1'");
        await server.SendAsync("40 03 00 03 97");
        await AdvanceUntilAsync(server, "32 07 00 01 't' 00 04 00 '1'");
        await server.SendAsync("40 02 00 04");

        await server.ExpectAsync("32 07 00 01 't' 00 05 00 '2'"); // once more, as ever after a refusal
        await server.SendAsync("40 02 00 05");
        await Eventually.IsTrueAsync(() => queue.Status is { Waiting: 0, Retried: 3 }, "the queue to be empty");
    }

    [Test]
    public async Task What_has_waited_too_long_is_not_sent_and_counted()
    {
        await using var queue = Open(new MqttOutgoingQueueOptions { MaxAge = TimeSpan.FromMinutes(1) });
        await EnqueueAsync(queue, "old");
        _clock.Advance(TimeSpan.FromMinutes(2));
        await EnqueueAsync(queue, "new");
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);

        await server.ExpectAsync("32 09 00 01 't' 00 01 00 'new'");
        Assert.That(queue.Status.TooOld, Is.EqualTo(1));
    }

    [TestCase(LogFullPolicy.Reject)]
    [TestCase(LogFullPolicy.DropOldest)]
    public async Task The_count_of_messages_is_bounded_too(LogFullPolicy full)
    {
        await using var queue = Open(new MqttOutgoingQueueOptions { MaxMessages = 2, Full = full });
        await EnqueueAsync(queue, "1", "2");
        if (full == LogFullPolicy.Reject)
        {
            await Assert.ThrowsAsync<MqttQueueFullException>(() => EnqueueAsync(queue, "3"));
        }
        else
        {
            await EnqueueAsync(queue, "3");
        }

        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        await using var sending = new Sending(queue, client);

        await server.ExpectAsync(full == LogFullPolicy.Reject
            ? "32 07 00 01 't' 00 01 00 '1' 32 07 00 01 't' 00 02 00 '2'"
            : "32 07 00 01 't' 00 01 00 '2' 32 07 00 01 't' 00 02 00 '3'");
        Assert.That(queue.Status.Dropped, Is.EqualTo(full == LogFullPolicy.Reject ? 0 : 1));
    }

    [Test]
    public async Task The_first_message_can_be_given_up_and_is_shown_to_who_keeps_such()
    {
        await using var queue = Open();
        await EnqueueAsync(queue, "1", "2");

        await queue.GiveUpFirstAsync("the server hangs up on it", CancellationToken.None);

        Assert.That(_refused, Is.EqualTo(new[] { "1" }));
        Assert.That(queue.Status is { Waiting: 1, Refused: 1 });
    }

    [Test]
    public void Options_out_of_bounds_are_all_named_at_once()
    {
        var exception = Assert.Throws<ArgumentException>(() => Open(new MqttOutgoingQueueOptions { MaxBytes = 1, MaxInflight = 0 }));

        Assert.That(exception!.Message, Does.Contain("MaxBytes is 1").And.Contain("MaxInflight is 0"));
    }

    private static async Task<int> EnqueueUntilFullAsync(MqttOutgoingQueue queue, string payload)
    {
        for (var accepted = 0; ; accepted++)
        {
            try
            {
                await queue.EnqueueAsync(SomeMessage.Of("t", payload));
            }
            catch (MqttQueueFullException exception)
            {
                Assert.That(exception.Message, Does.Contain(exception.Folder).And.Contain("Raise its limits"));
                return accepted;
            }
        }
    }

    private static async Task EnqueueAsync(MqttOutgoingQueue queue, params string[] payloads)
    {
        foreach (var payload in payloads)
        {
            await queue.EnqueueAsync(SomeMessage.Of("t", payload));
        }
    }

    private static MqttMessage Expiring(string payload, int seconds) =>
        SomeMessage.Of("t", payload, properties: new MqttMessageProperties { MessageExpiryInterval = TimeSpan.FromSeconds(seconds) });

    /// <summary>The queue's wait begins when the refusal has reached it: the clock moves until it has ended.</summary>
    private async Task AdvanceUntilAsync(RawClient server, string expected)
    {
        var heard = server.ExpectAsync(expected);
        await Eventually.IsTrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return heard.IsCompleted;
            },
            "the message to be sent again");
        await heard;
    }

    private MqttOutgoingQueue Open(MqttOutgoingQueueOptions? options = null)
    {
        var queue = MqttOutgoingQueue.Open(_folder["queue"], options ?? new MqttOutgoingQueueOptions(), _clock, NullLogger.Instance);
        queue.MessageRefused = (message, _, _) =>
        {
            _refused.Add(Encoding.UTF8.GetString(message.Payload.Span));
            return ValueTask.CompletedTask;
        };
        return queue;
    }

    private MqttClient Client() => new(
        new MqttClientOptions { Host = "127.0.0.1", Port = _server.Port, ClientIdentifier = "c", ReconnectDelay = TimeSpan.FromMilliseconds(1), KeepAlive = TimeSpan.Zero },
        _clock);

    /// <summary>A <see cref="MqttOutgoingQueue.SendAsync"/> that ends with the test.</summary>
    private sealed class Sending : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ending = new();
        private readonly Task _running;

        public Sending(MqttOutgoingQueue queue, MqttClient client) => _running = queue.SendAsync(client, _ending.Token);

        public async Task EndAsync()
        {
            await _ending.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync();
            _ending.Dispose();
        }
    }
}
