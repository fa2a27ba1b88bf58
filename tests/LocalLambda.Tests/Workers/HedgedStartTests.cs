using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Workers;

/// <summary>Functions that ask this test, while they start, whether they may: so it decides which start hangs, and the clock is its own too.</summary>
internal sealed class HedgedStartTests : FunctionFixture
{
    private static readonly TimeSpan Guess = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    private readonly List<Socket> _starts = [];
    private Socket _gate = null!;
    private ManualTimeProvider _clock = null!;

    private FunctionStatus Status => Host.Functions.Single();

    [SetUp]
    public void Listen()
    {
        _clock = new ManualTimeProvider();
        _gate = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _gate.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _gate.Listen();
    }

    [TearDown]
    public void Close()
    {
        _starts.ForEach(start => start.Dispose());
        _starts.Clear();
        _gate.Dispose();
    }

    [Test]
    public async Task A_call_whose_worker_hangs_as_it_starts_is_served_by_a_second_one()
    {
        var hedges = 0L;
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Name == "roost.functions.hedged_starts") { listener.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref hedges, value));
        listener.Start();
        await StartGatedAsync("start: hedged\n");
        var answer = AnswerAsync("gated");
        var first = await NextStartAsync();

        _clock.Advance(Guess - Instant);
        Assert.That(Status.Starting, Is.EqualTo(1), "it is not late as yet");
        _clock.Advance(Instant);
        Admit(await NextStartAsync(), "b");

        Assert.That(await answer.WaitAsync(Eventually.Limit), Is.EqualTo("\"b\""));
        Assert.That(Interlocked.Read(ref hedges), Is.EqualTo(1));
        Admit(first, "a");
        await Eventually.IsTrueAsync(() => Status is { Idle: 2, Starting: 0 }, "the first worker to stay for the next call");
    }

    [Test]
    public async Task The_first_worker_takes_the_call_when_it_is_ready_after_all()
    {
        await StartGatedAsync("start: hedged\n");
        var answer = AnswerAsync("gated");
        var first = await NextStartAsync();
        _clock.Advance(Guess);
        var second = await NextStartAsync();

        Admit(first, "a");

        Assert.That(await answer.WaitAsync(Eventually.Limit), Is.EqualTo("\"a\""));
        Admit(second, "b");
        await Eventually.IsTrueAsync(() => Status is { Idle: 2, Starting: 0 }, "the second worker to stay for the next call");
    }

    [Test]
    public async Task A_function_that_runs_one_call_at_a_time_keeps_one_worker_and_takes_the_next_call_at_once()
    {
        await StartGatedAsync("start: hedged\nmax-concurrency: 1\n");
        var answer = AnswerAsync("gated");
        var first = await NextStartAsync();
        _clock.Advance(Guess);

        Admit(await NextStartAsync(), "b");

        Assert.That(await answer.WaitAsync(Eventually.Limit), Is.EqualTo("\"b\""));
        Assert.That(await first.ReceiveAsync(new byte[1]).WaitAsync(Eventually.Limit), Is.Zero, "the first one has been ended");
        await Eventually.IsTrueAsync(() => Status.Workers == 1, "one worker");
        Assert.That(await AnswerAsync("gated").WaitAsync(Eventually.Limit), Is.EqualTo("\"b\""));
    }

    [TestCase("start: hedged\n", 2)]
    [TestCase("start: normal\n", 1)]
    [TestCase("", 1)]
    public async Task No_call_gets_more_than_one_worker_beside_its_own(string yaml, int workers)
    {
        await StartGatedAsync(yaml);
        var answer = AnswerAsync("gated");
        var first = await NextStartAsync();

        _clock.Advance(TimeSpan.FromSeconds(9));

        Assert.That(Status.Starting, Is.EqualTo(workers));
        Admit(first, "a");
        await answer.WaitAsync(Eventually.Limit);
    }

    [Test]
    public async Task There_are_never_more_workers_than_the_functions_concurrency()
    {
        await StartGatedAsync("start: hedged\nmax-concurrency: 2\n");
        Task<string>[] answers = [AnswerAsync("gated"), AnswerAsync("gated")];
        Socket[] starts = [await NextStartAsync(), await NextStartAsync()];

        _clock.Advance(TimeSpan.FromSeconds(9));

        Assert.That(Status.Starting, Is.EqualTo(2));
        Admit(starts[0], "a");
        Admit(starts[1], "b");
        await Task.WhenAll(answers).WaitAsync(Eventually.Limit);
    }

    [Test]
    public async Task A_start_that_fails_leaves_the_call_to_the_other_one()
    {
        await StartGatedAsync("start: hedged\n");
        var answer = AnswerAsync("gated");
        var first = await NextStartAsync();
        _clock.Advance(Guess);
        var second = await NextStartAsync();

        first.Close(); // no letter to read: the module raises
        await Eventually.IsTrueAsync(() => Status.Starting == 1, "the first one to end");
        Admit(second, "b");

        Assert.That(await answer.WaitAsync(Eventually.Limit), Is.EqualTo("\"b\""));
    }

    [Test]
    public async Task A_call_fails_when_both_starts_have()
    {
        await StartGatedAsync("start: hedged\n");
        var result = InvokeAsync("gated");
        var first = await NextStartAsync();
        _clock.Advance(Guess);
        var second = await NextStartAsync();

        second.Close();
        first.Close();

        Assert.That(Json(await result.WaitAsync(Eventually.Limit)).GetProperty("errorMessage").GetString(), Is.EqualTo("not admitted"));
    }

    [Test]
    public async Task A_function_that_starts_slowly_by_nature_is_given_its_time()
    {
        await StartGatedAsync("start: hedged\nidle: 1s\n");
        var answer = AnswerAsync("gated");
        var first = await NextStartAsync();
        _clock.Advance(Guess);
        var second = await NextStartAsync();
        _clock.Advance(TimeSpan.FromSeconds(3));
        Admit(first, "a");
        Admit(second, "a");
        await answer.WaitAsync(Eventually.Limit);
        await Eventually.IsTrueAsync(() => Status.Idle == 2, "both to be idle");
        await Eventually.IsTrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return Status.Workers == 0;
            },
            "both to end");

        answer = AnswerAsync("gated");
        first = await NextStartAsync();
        _clock.Advance(TimeSpan.FromSeconds(3));

        Assert.That(Status.Starting, Is.EqualTo(1), "its starts take three and three and a half seconds");
        Admit(first, "a");
        await answer.WaitAsync(Eventually.Limit);
    }

    private Task StartGatedAsync(string yaml)
    {
        Python(
            "gated",
            $"""
            import socket
            gate = socket.create_connection(("127.0.0.1", {((IPEndPoint)_gate.LocalEndPoint!).Port}))
            letter = gate.recv(1).decode()
            if not letter:
                raise RuntimeError("not admitted")
            def handler(event, context):
                return letter
            """,
            "network: full\n" + yaml);
        return StartAsync(clock: _clock);
    }

    private async Task<Socket> NextStartAsync()
    {
        var start = await _gate.AcceptAsync().WaitAsync(Eventually.Limit);
        _starts.Add(start);
        return start;
    }

    private static void Admit(Socket start, string letter) => start.Send(System.Text.Encoding.ASCII.GetBytes(letter));
}
