using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Policies;

/// <summary>CONNECT while somebody else decides about it.</summary>
public sealed class AuthenticatorTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;

    [Test]
    public async Task The_authenticator_sees_what_the_client_has_shown()
    {
        var authenticator = Answering(static _ => ClientAdmission.Admit("u"));
        await using var broker = await StartAsync(authenticator);
        using var client = await broker.ConnectAsync(Connect("c"));

        var asked = authenticator.Asked.Single();
        Assert.That((asked.ClientIdentifier, asked.UserName, Encoding.UTF8.GetString(asked.Password!.Value.Span)), Is.EqualTo(("c", "u", "secret")));
        Assert.That((asked.ProtocolVersion, asked.ListenerName, asked.Certificate, asked.UnixPeer), Is.EqualTo((V500, "127.0.0.1:0", (object?)null, (object?)null)));
        Assert.That(asked.RemoteEndPoint, Does.StartWith("127.0.0.1:"));
    }

    [Test]
    public async Task An_anonymous_client_is_let_in_where_that_is_allowed_without_asking()
    {
        var authenticator = Answering(static _ => ClientAdmission.Refuse(ReasonCode.NotAuthorized));
        await using var broker = await StartAsync(authenticator);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));
        Assert.That(authenticator.Asked, Is.Empty);
    }

    [Test]
    public async Task Where_nobody_may_be_anonymous_the_authenticator_decides_of_everyone()
    {
        var authenticator = Answering(static _ => ClientAdmission.Refuse(ReasonCode.NotAuthorized));
        await using var broker = await StartAsync(authenticator, static options => options.Listeners[0].Anonymous = false);
        using var client = await RawClient.OpenAsync(broker.Port);
        await client.SendAsync(RawClient.Connect("c"));
        await client.ExpectAsync("20 02 00 05");
        Assert.That(authenticator.Asked, Has.Count.EqualTo(1));
    }

    [TestCase(ReasonCode.BadUserNameOrPassword, 4)]
    [TestCase(ReasonCode.Banned, 5)]
    [TestCase(ReasonCode.ServerBusy, 3)]
    [Spec("MQTT-3.2.2-7")]
    public async Task A_refusal_has_its_reason_in_5_and_the_nearest_code_in_3_1_1(ReasonCode reasonCode, int returnCode)
    {
        await using var broker = await StartAsync(Answering(_ => ClientAdmission.Refuse(reasonCode, "because")));
        using var modern = await RawClient.OpenAsync(broker.Port);
        using var old = await RawClient.OpenAsync(broker.Port);

        await modern.SendAsync(Connect("m"));
        await old.SendAsync(Connect("o", version: MqttProtocolVersion.V311));

        await modern.ExpectAsync($"20 0D 00 {(int)reasonCode:X2} 0A 1F 0007 {Convert.ToHexString("because"u8)}");
        await modern.ExpectCloseAsync();
        await old.ExpectAsync($"20 02 00 {returnCode:X2}");
        await old.ExpectCloseAsync();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task An_authenticator_that_throws_refuses_the_client_and_the_broker_goes_on(bool isLater)
    {
        await using var broker = await StartAsync(new TestAuthenticator(async (_, _) =>
        {
            if (isLater)
            {
                await Task.Yield();
            }

            throw new InvalidOperationException("a fault of its own");
        }));
        using var client = await RawClient.OpenAsync(broker.Port);
        await client.SendAsync(Connect("c"));

        Assert.That((await client.ReceivePacketAsync())[3], Is.EqualTo((byte)ReasonCode.UnspecifiedError));
        await client.ExpectCloseAsync();
        using var other = await broker.ConnectAsync(RawClient.Connect("other"));
    }

    [Test]
    public async Task What_comes_behind_CONNECT_waits_for_the_answer_and_is_then_handled()
    {
        var answer = new TaskCompletionSource<ClientAdmission>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var broker = await StartAsync(new TestAuthenticator((_, _) => new(answer.Task)));
        using var other = await broker.ConnectAsync(RawClient.Connect("other"));
        using var client = await RawClient.OpenAsync(broker.Port);

        await client.SendAsync(Connect("c") + RawClient.Subscribe("a", 0, V500) + "C000");
        await client.SendAsync(RawClient.Publish("a", "x", properties: ""));
        await other.ExpectNothingAsync(); // others are served
        Assert.That((await broker.Broker.GetStatisticsAsync()).Subscriptions, Is.Zero);
        answer.SetResult(ClientAdmission.Admit("u"));

        Assert.That((await client.ReceivePacketAsync())[..1], Is.EqualTo(new byte[] { 0x20 }));
        await client.ExpectAsync("90 04 0001 00 00 D0 00 30 05 0001 61 00 78");
    }

    [Test]
    public async Task An_answer_that_comes_when_the_client_is_gone_changes_nothing()
    {
        var answer = new TaskCompletionSource<ClientAdmission>(TaskCreationOptions.RunContinuationsAsynchronously);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = new ManualTimeProvider();
        await using var broker = await StartAsync(
            new TestAuthenticator((_, cancellation) =>
            {
                cancellation.Register(gone.SetResult);
                return new(answer.Task);
            }),
            clock: clock);
        using var client = await RawClient.OpenAsync(broker.Port);
        await client.SendAsync(Connect("c"));
        await Eventually.IsTrueAsync(async () => (await broker.Broker.InspectAsync(static core => core.Connections.Count(static connection => connection.Arrival is not null))) == 1, "the CONNECT to arrive");

        clock.Advance(TimeSpan.FromSeconds(11)); // connect-timeout
        await broker.Broker.TurnAsync();
        await client.ExpectCloseAsync();
        await Eventually.CompletesAsync(gone.Task.ContinueWith(static _ => true, TaskScheduler.Default), "the cancellation");
        answer.SetResult(ClientAdmission.Admit("u"));

        using var other = await broker.ConnectAsync(RawClient.Connect("other"));
        Assert.That((await broker.Broker.ListClientsAsync()).Select(static c => c.ClientIdentifier), Is.EqualTo(new[] { "other" }));
    }

    [Test]
    public async Task Of_two_that_wait_with_one_identifier_the_last_answered_has_it()
    {
        var answers = new List<TaskCompletionSource<ClientAdmission>>();
        await using var broker = await StartAsync(new TestAuthenticator((_, _) =>
        {
            var answer = new TaskCompletionSource<ClientAdmission>(TaskCreationOptions.RunContinuationsAsynchronously);
            answers.Add(answer);
            return new(answer.Task);
        }));
        using var first = await RawClient.OpenAsync(broker.Port);
        using var second = await RawClient.OpenAsync(broker.Port);
        await first.SendAsync(Connect("c"));
        await Eventually.IsTrueAsync(async () => await broker.Broker.InspectAsync(_ => answers.Count) == 1, "the first CONNECT");
        await second.SendAsync(Connect("c"));
        await Eventually.IsTrueAsync(async () => await broker.Broker.InspectAsync(_ => answers.Count) == 2, "the second CONNECT");

        answers[1].SetResult(ClientAdmission.Admit("u"));
        Assert.That((await second.ReceivePacketAsync())[3], Is.Zero);
        answers[0].SetResult(ClientAdmission.Admit("u"));
        Assert.That((await first.ReceivePacketAsync())[3], Is.Zero);
        Assert.That((await second.ReceivePacketAsync())[2], Is.EqualTo((byte)ReasonCode.SessionTakenOver));
    }

    [Test]
    public async Task A_session_is_not_for_another_identity()
    {
        await using var broker = await StartAsync(Answering(static credentials => ClientAdmission.Admit(credentials.UserName!)));
        using var owner = await broker.ConnectAsync(Connect("c", "owner"));
        using var other = await RawClient.OpenAsync(broker.Port);
        using var anonymous = await RawClient.OpenAsync(broker.Port);

        await other.SendAsync(Connect("c", "other"));
        await anonymous.SendAsync(RawClient.Connect("c"));

        Assert.That((await other.ReceivePacketAsync())[3], Is.EqualTo((byte)ReasonCode.ClientIdentifierNotValid));
        await anonymous.ExpectAsync("20 02 00 02");
        await owner.ExpectNothingAsync();
    }

    [Test]
    public async Task A_policy_is_asked_once_for_a_topic_that_repeats()
    {
        var policy = new TestPolicy(publish: "in/#");
        await using var broker = await StartAsync(Answering(_ => ClientAdmission.Admit("u", policy)));
        using var client = await broker.ConnectAsync(Connect("c"));
        for (var i = 0; i < 1000; i++)
        {
            await client.SendAsync(RawClient.Publish("in/a", "x", properties: ""));
        }

        await client.ExpectNothingAsync();
        Assert.That(policy.PublishQuestions, Is.EqualTo(1));
    }

    [Test]
    public async Task A_policy_is_not_asked_again_what_a_client_may_receive_because_others_subscribe()
    {
        var policy = new TestPolicy(receive: "in/#");
        await using var broker = await StartAsync(Answering(credentials => ClientAdmission.Admit(credentials.UserName!, credentials.UserName == "u" ? policy : null)));
        using var receiver = await broker.ConnectAsync(Connect("r"));
        using var other = await broker.ConnectAsync(Connect("o", "other"));
        await receiver.SendAsync(RawClient.Subscribe("#", 0, V500));
        await receiver.ExpectAsync("90 04 0001 00 00");
        for (var i = 0; i < 100; i++)
        {
            await other.SendAsync(RawClient.Subscribe($"other/{i}", 0, V500) + RawClient.Publish("in/a", "x", properties: "") + RawClient.Publish("else", "x", properties: ""));
            await other.ExpectAsync("90 04 0001 00 00");
            await receiver.ExpectAsync("30 08 0004 696E2F61 00 78");
        }

        await receiver.ExpectNothingAsync();
        Assert.That(policy.ReceiveQuestions, Is.EqualTo(2));
    }

    [Test]
    public async Task What_a_client_may_not_receive_does_not_come_and_others_get_it()
    {
        await using var broker = await StartAsync(Answering(static credentials =>
            ClientAdmission.Admit(credentials.UserName!, credentials.UserName == "half" ? new TestPolicy(receive: "a/+") : null)));
        using var half = await broker.ConnectAsync(Connect("h", "half"));
        using var whole = await broker.ConnectAsync(Connect("w", "whole"));
        foreach (var client in new[] { half, whole })
        {
            await client.SendAsync(RawClient.Subscribe("#", 0, V500));
            await client.ExpectAsync("90 04 0001 00 00");
        }

        await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("b") });
        await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("a/b") });

        await whole.ExpectAsync("30 04 0001 62 00 30 06 0003 612F62 00");
        await half.ExpectAsync("30 06 0003 612F62 00");
    }

    [Test]
    public async Task A_retained_message_that_a_client_may_not_receive_is_not_sent()
    {
        await using var broker = await StartAsync(Answering(static _ => ClientAdmission.Admit("u", new TestPolicy(receive: "a"))));
        foreach (var topic in new[] { "a", "b" })
        {
            await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse(topic), Retain = true, Payload = "x"u8.ToArray() });
        }

        using var client = await broker.ConnectAsync(Connect("c"));
        await client.SendAsync(RawClient.Subscribe("#", 0, V500));
        await client.ExpectAsync("90 04 0001 00 00 31 05 0001 61 00 78");
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task A_new_policy_takes_what_it_does_not_allow_and_tells_the_client()
    {
        await using var broker = await StartAsync(Answering(static _ => ClientAdmission.Admit("u")));
        using var subscriber = await broker.ConnectAsync(Connect("s"));
        using var publisher = await broker.ConnectAsync(Connect("p"));
        await subscriber.SendAsync(RawClient.Subscribe("a/#", 0, V500));
        await subscriber.ExpectAsync("90 04 0001 00 00");

        Assert.That(await broker.Broker.UpdatePolicyAsync("u", new TestPolicy("b", "b")), Is.EqualTo(2));

        Assert.That((await subscriber.ReceivePacketAsync())[2], Is.EqualTo((byte)ReasonCode.NotAuthorized));
        await subscriber.ExpectCloseAsync();
        await publisher.SendAsync(RawClient.Publish("a/x", "x", 1, 1, properties: ""));
        Assert.That((await publisher.ReceivePacketAsync())[4], Is.EqualTo((byte)ReasonCode.NotAuthorized));
        Assert.That((await broker.Broker.GetStatisticsAsync()).Subscriptions, Is.Zero);
    }

    [Test]
    public async Task An_identity_that_is_no_longer_let_in_is_disconnected()
    {
        await using var broker = await StartAsync(Answering(static credentials => ClientAdmission.Admit(credentials.UserName!)));
        using var client = await broker.ConnectAsync(Connect("c"));
        using var other = await broker.ConnectAsync(Connect("o", "other"));

        Assert.That(await broker.Broker.DisconnectIdentityAsync("u"), Is.EqualTo(1));

        Assert.That((await client.ReceivePacketAsync())[2], Is.EqualTo((byte)ReasonCode.NotAuthorized));
        await client.ExpectCloseAsync();
        await other.ExpectNothingAsync();
    }

    [Test]
    public async Task What_a_hook_answers_that_was_asked_before_a_revocation_does_not_count()
    {
        var answer = new TaskCompletionSource<ClientAdmission>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var broker = await StartAsync(new TestAuthenticator((credentials, _) => credentials.ClientIdentifier == "slow" ? new(answer.Task) : new(ClientAdmission.Admit("u"))));
        using var client = await ArriveAsync(broker);

        await broker.Broker.DisconnectIdentityAsync("u");
        answer.SetResult(ClientAdmission.Admit("u"));

        Assert.That((await client.ReceivePacketAsync())[3], Is.EqualTo((byte)ReasonCode.NotAuthorized));
        await client.ExpectCloseAsync();
        using var later = await broker.ConnectAsync(Connect("later")); // the hook, which is asked anew, lets it in
    }

    [Test]
    public async Task A_policy_that_changes_while_a_hook_thinks_is_the_clients()
    {
        var answer = new TaskCompletionSource<ClientAdmission>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var broker = await StartAsync(new TestAuthenticator((_, _) => new(answer.Task)));
        using var client = await ArriveAsync(broker);

        await broker.Broker.UpdatePolicyAsync("u", new TestPolicy(subscribe: "b"));
        answer.SetResult(ClientAdmission.Admit("u", new TestPolicy(subscribe: "a")));
        Assert.That((await client.ReceivePacketAsync())[3], Is.Zero);
        await client.SendAsync(RawClient.Subscribe("a", 0, V500));

        Assert.That((await client.ReceivePacketAsync())[^1], Is.EqualTo((byte)ReasonCode.NotAuthorized));
    }

    [Test]
    public async Task What_an_authenticator_does_about_a_client_that_has_gone_is_not_done_on_the_loop_and_may_fail()
    {
        var thread = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var broker = await StartAsync(new TestAuthenticator((_, cancellation) =>
        {
            cancellation.Register(() =>
            {
                thread.SetResult(Thread.CurrentThread.Name);
                throw new InvalidTimeZoneException();
            });
            return new(new TaskCompletionSource<ClientAdmission>().Task);
        }));
        using (await ArriveAsync(broker))
        {
            // It goes while the authenticator thinks.
        }

        Assert.That(await Eventually.CompletesAsync(thread.Task, "the cancellation"), Is.Not.EqualTo("mqtt loop"));
        using var other = await broker.ConnectAsync(RawClient.Connect("other"));
        await broker.Log.ShowsAsync("as it was told that its client is gone");
    }

    private static async Task<RawClient> ArriveAsync(TestBroker broker)
    {
        var client = await RawClient.OpenAsync(broker.Port);
        await client.SendAsync(Connect("slow"));
        await Eventually.IsTrueAsync(async () => await broker.Broker.InspectAsync(static core => core.Connections.Any(static connection => connection.Arrival is not null)), "the CONNECT");
        return client;
    }

    private static string Connect(string clientIdentifier, string userName = "u", MqttProtocolVersion version = V500) => Convert.ToHexString(new ConnectPacket
    {
        Version = version,
        ClientIdentifier = clientIdentifier,
        CleanStart = true,
        KeepAliveSeconds = 60,
        UserName = userName,
        Password = "secret"u8.ToArray(),
    }.ToArray(version));

    private static TestAuthenticator Answering(Func<ClientCredentials, ClientAdmission> answer) =>
        new((credentials, _) => ValueTask.FromResult(answer(credentials)));

    private static Task<TestBroker> StartAsync(TestAuthenticator authenticator, Action<MqttOptions>? configure = null, TimeProvider? clock = null) =>
        TestBroker.StartAsync(configure, clock, services => services.AddSingleton<IClientAuthenticator>(authenticator));
}
