using Roost.Streams.Credentials;
using Roost.Streams.Export.Targets;
using Roost.Streams.Export.Web;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.Web;

/// <summary>Servers that do what servers must not. The clock is the test's, so that no limit is reached by chance.</summary>
public sealed class HostileServerTests
{
    private static readonly TimeSpan s_beyond = TimeSpan.FromSeconds(31);

    private readonly ManualTimeProvider _clock = new();

    [Test]
    public async Task A_server_that_takes_the_batch_and_never_answers_is_given_up()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            _clock.Advance(s_beyond);
            await connection.ReadToEndAsync();
        });

        var delivery = await SendAsync(server);

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
        Assert.That(delivery.Reason, Does.Contain("was silent for 30 s. The batch may have arrived"));
    }

    [Test]
    public async Task A_server_that_dribbles_its_answer_gets_no_more_time_for_it()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            foreach (var letter in "HTTP/1.1 200 OK\r\nX-A: bcdefghijklmnopqrst")
            {
                await connection.SendAsync($"{letter}");
                _clock.Advance(TimeSpan.FromSeconds(2));
            }

            await connection.ReadToEndAsync();
        });

        Assert.That((await SendAsync(server)).Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
    }

    [TestCase("200 OK", nameof(DeliveryOutcome.Accepted))]
    [TestCase("503 Service Unavailable", nameof(DeliveryOutcome.Busy))]
    public async Task A_server_that_hangs_within_its_answer_has_answered(string status, string outcome)
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync($"HTTP/1.1 {status}\r\nContent-Length: 10000\r\n\r\n{new string('x', 1000)}");
            await connection.ReadToEndAsync();
        });

        Assert.That((await SendAsync(server)).Outcome.ToString(), Is.EqualTo(outcome));
    }

    [Test]
    public async Task What_came_of_an_explanation_before_the_server_hung_is_shown()
    {
        using var over = new CancellationTokenSource();
        var pipe = new System.IO.Pipelines.Pipe();
        await pipe.Writer.WriteAsync("busy with"u8.ToArray());
        using var content = new StreamContent(pipe.Reader.AsStream());

        var reading = AnswerText.ReadAsync(content, over.Token);
        await over.CancelAsync();

        Assert.That(await Eventually.CompletesAsync(reading, "the reader to give up"), Is.EqualTo("busy with"));
    }

    [TestCase("200 OK", nameof(DeliveryOutcome.Accepted))]
    [TestCase("500 Internal Server Error", nameof(DeliveryOutcome.Busy))]
    public async Task An_answer_of_a_gigabyte_is_not_read(string status, string outcome)
    {
        const long Length = 1L << 30;
        var sent = new TaskCompletionSource<long>();
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync($"HTTP/1.1 {status}\r\nContent-Length: {Length}\r\n\r\n");
            var bytes = 0L;
            try
            {
                for (; bytes < Length; bytes += 65_536)
                {
                    await connection.SendAsync(new byte[65_536]);
                }
            }
            catch (IOException)
            {
                // what we want: the gateway hangs up
            }

            sent.SetResult(bytes);
        });

        var delivery = await SendAsync(server);

        Assert.That(delivery.Outcome.ToString(), Is.EqualTo(outcome));
        Assert.That(await Eventually.CompletesAsync(sent.Task, "the gateway to hang up"), Is.LessThan(64 * 1024 * 1024));
    }

    [TestCase("SSH-2.0-OpenSSH_9.2\r\n")]
    [TestCase("HTTP/1.1 TWO HUNDRED\r\n\r\n")]
    [TestCase("")]
    public async Task What_is_no_answer_is_none(string answer)
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(answer);
        });

        var delivery = await SendAsync(server);

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
        Assert.That(delivery.Reason, Does.EndWith(".").And.Length.LessThan(500));
    }

    [Test]
    public async Task Headers_without_end_are_not_collected()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n");
            try
            {
                for (var i = 0; i < 10_000; i++)
                {
                    await connection.SendAsync($"X-{i}: {new string('x', 1000)}\r\n");
                }
            }
            catch (IOException)
            {
                return;
            }

            await connection.ReadToEndAsync();
        });

        Assert.That((await SendAsync(server)).Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
    }

    [Test]
    public async Task A_reset_within_the_batch_is_a_lost_connection()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            connection.Reset();
        });

        var delivery = await SendAsync(server);

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
        Assert.That(delivery.Reason, Does.Contain("ended before the answer"));
    }

    [Test]
    public async Task After_a_refusal_the_next_request_asks_before_it_sends_its_body()
    {
        var noise = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(3000)); // small bodies are sent along with the question
        var second = new TaskCompletionSource<(string Head, int Body)>();
        var requests = 0;
        await using var server = new RawServer(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            if (requests++ == 0)
            {
                await connection.ReadBodyAsync(head);
                await connection.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                return;
            }

            await connection.SendAsync("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            second.SetResult((head, await connection.ReadToEndAsync()));
        });
        await using var target = Target(server);

        var (first, next) = (await target.SendAsync(Batches.Of(0, 100), default), await target.SendAsync(Batches.Of(0, 1, noise), default));
        var (said, rest) = await Eventually.CompletesAsync(second.Task, "the second request");

        Assert.That((first.Outcome, next.Outcome), Is.EqualTo((DeliveryOutcome.Refused, DeliveryOutcome.Denied)));
        Assert.That(said, Does.Contain("Expect: 100-continue"));
        Assert.That(rest, Is.Zero, "no body was sent to a server that would not have it");
    }

    [Test]
    public async Task A_server_that_does_not_know_the_question_is_not_asked_again()
    {
        var heads = new List<string>();
        await using var server = new RawServer(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            heads.Add(head);
            if (!head.Contains("Expect:", StringComparison.Ordinal))
            {
                await connection.ReadBodyAsync(head);
            }

            await connection.SendAsync($"HTTP/1.1 {(heads.Count == 1 ? 503 : heads.Count == 2 ? 417 : 200)} Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
        await using var target = Target(server);
        var outcomes = new List<DeliveryOutcome>();
        for (var i = 0; i < 3; i++)
        {
            outcomes.Add((await target.SendAsync(Batches.Of(0, 1), default)).Outcome);
        }

        Assert.That(outcomes, Is.EqualTo(new[] { DeliveryOutcome.Busy, DeliveryOutcome.Busy, DeliveryOutcome.Accepted }));
        Assert.That(heads.Select(head => head.Contains("Expect:", StringComparison.Ordinal)), Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public void Each_step_of_the_sending_starts_the_time_anew_and_nothing_else_does()
    {
        using var watch = new SilenceWatch(TimeSpan.FromSeconds(30), _clock, default);
        for (var i = 0; i < 10; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(29));
            watch.Sent();
        }

        Assert.That(watch.Token.IsCancellationRequested, Is.False, "290 s of steps");
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.That(watch.Token.IsCancellationRequested, Is.True);
    }

    private async Task<Delivery> SendAsync(RawServer server)
    {
        await using var target = Target(server);
        return await Eventually.CompletesAsync(target.SendAsync(Batches.Of(0, 100), default).AsTask(), "the batch to be given up");
    }

    private HttpTarget Target(RawServer server) =>
        new(new ExportOptions { Stream = "telemetry", To = ExportTarget.Http, Http = new ExportHttpOptions { Url = server.Url } }, () => "gw", new NoStreamSecrets(), _clock);
}
