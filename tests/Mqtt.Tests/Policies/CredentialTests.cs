using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Policies;

/// <summary>Connections by the credential that they were let in with: ended, given other rights, told of, answered alone.</summary>
public sealed class CredentialTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;

    [Test]
    public async Task A_credential_that_ends_closes_its_connections_and_no_others_of_the_identity()
    {
        await using var broker = await StartAsync();
        using var first = await broker.ConnectAsync(Connect("a", "thing/t cert/1"));
        using var second = await broker.ConnectAsync(Connect("b", "thing/t cert/2"));

        Assert.That(await broker.Broker.DisconnectCredentialAsync("cert/1"), Is.EqualTo(1));

        Assert.That((await first.ReceivePacketAsync())[2], Is.EqualTo((byte)ReasonCode.NotAuthorized));
        await first.ExpectCloseAsync();
        await second.ExpectNothingAsync();
    }

    [Test]
    public async Task An_identity_that_ends_closes_all_of_its_credentials()
    {
        await using var broker = await StartAsync();
        using var first = await broker.ConnectAsync(Connect("a", "thing/t cert/1"));
        using var second = await broker.ConnectAsync(Connect("b", "thing/t cert/2"));

        Assert.That(await broker.Broker.DisconnectCredentialAsync("thing/t"), Is.EqualTo(2));

        await first.ReceivePacketAsync();
        await first.ExpectCloseAsync();
        await second.ReceivePacketAsync();
        await second.ExpectCloseAsync();
    }

    [TestCase("cert/1")]
    [TestCase("thing/t")]
    public async Task A_credential_that_ends_while_the_hook_thinks_is_refused(string ended)
    {
        var answer = new TaskCompletionSource<ClientAdmission>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var broker = await StartAsync(new TestAuthenticator((_, _) => new(answer.Task)));
        using var client = await ArriveAsync(broker);

        await broker.Broker.DisconnectCredentialAsync(ended);
        answer.SetResult(ClientAdmission.Admit("thing/t", credential: "cert/1"));

        Assert.That((await client.ReceivePacketAsync())[3], Is.EqualTo((byte)ReasonCode.NotAuthorized));
        await client.ExpectCloseAsync();
    }

    [TestCase(0u)]
    [TestCase(60u)]
    public async Task A_credential_that_ends_takes_its_wills_along(uint expirySeconds)
    {
        await using var broker = await StartAsync();
        using var watcher = await broker.ConnectAsync(Connect("w", "w w"));
        await watcher.SendAsync(RawClient.Subscribe("will", 0, V500));
        await watcher.ReceivePacketAsync();
        using (var client = await broker.ConnectAsync(ConnectWithWill("c", "thing/t cert/1", expirySeconds)))
        {
            if (expirySeconds > 0)
            {
                await client.SendAsync("E0 01 04"); // goes, and leaves the will to be published in a minute
                await client.ExpectCloseAsync();
            }

            await broker.Broker.DisconnectCredentialAsync("cert/1");
        }

        await broker.Broker.DisconnectClientAsync("c", endSession: true); // at the latest now it would be due
        await watcher.ExpectNothingAsync();
    }

    [TestCase("thing/t")]
    [TestCase("cert/1")]
    [TestCase(null)]
    public async Task A_will_that_its_client_may_no_longer_publish_is_forgotten_while_the_client_is_away(string? subject)
    {
        await using var broker = await StartAsync();
        await LeaveWithWillAsync(broker);
        using var watcher = await WatchAsync(broker);

        await broker.Broker.UpdatePoliciesAsync(subject, static _ => new TestPolicy(publish: "nothing"));

        await broker.Broker.DisconnectClientAsync("c", endSession: true); // at the latest now it would be due
        await watcher.ExpectNothingAsync();
    }

    [TestCase("thing/t", "will")]
    [TestCase("thing/other", "nothing")]
    public async Task A_will_that_its_client_may_still_publish_comes(string subject, string allowed)
    {
        await using var broker = await StartAsync();
        await LeaveWithWillAsync(broker);
        using var watcher = await WatchAsync(broker);

        await broker.Broker.UpdatePoliciesAsync(subject, _ => new TestPolicy(publish: allowed));

        await broker.Broker.DisconnectClientAsync("c", endSession: true);
        Assert.That((await watcher.ReceivePacketAsync())[0] >> 4, Is.EqualTo(3));
    }

    [TestCase("cert/1")]
    [TestCase("thing/t")]
    public async Task A_credential_that_ends_after_a_restart_takes_its_wills_along(string ended)
    {
        using var folder = new TemporaryFolder();
        await using (var before = await StartAsync(folder: folder.Path))
        {
            await LeaveWithWillAsync(before);
        }

        await using var broker = await StartAsync(folder: folder.Path);
        using var watcher = await WatchAsync(broker);

        await broker.Broker.DisconnectCredentialAsync(ended);

        await broker.Broker.DisconnectClientAsync("c", endSession: true);
        await watcher.ExpectNothingAsync();
    }

    [Test]
    public async Task Rights_that_change_after_a_restart_are_asked_for_with_what_the_journal_knows_of_a_client()
    {
        using var folder = new TemporaryFolder();
        await using (var before = await StartAsync(folder: folder.Path))
        {
            await LeaveWithWillAsync(before);
        }

        await using var broker = await StartAsync(folder: folder.Path);
        using var watcher = await WatchAsync(broker);
        ConnectedClient? asked = null;
        await broker.Broker.UpdatePoliciesAsync("cert/1", client =>
        {
            asked = client;
            return new TestPolicy(publish: "nothing");
        });

        Assert.That((asked?.ClientIdentifier, asked?.Identity, asked?.Credential), Is.EqualTo(("c", "thing/t", "cert/1")));
        await broker.Broker.DisconnectClientAsync("c", endSession: true);
        await watcher.ExpectNothingAsync();
    }

    [Test]
    public async Task Each_client_gets_a_policy_of_its_own_and_others_keep_theirs()
    {
        await using var broker = await StartAsync();
        using var first = await broker.ConnectAsync(Connect("a", "thing/t cert/1"));
        using var second = await broker.ConnectAsync(Connect("b", "thing/t cert/2"));
        using var other = await broker.ConnectAsync(Connect("o", "thing/o cert/3"));

        Assert.That(await broker.Broker.UpdatePoliciesAsync("thing/t", static client => new TestPolicy(subscribe: client.ClientIdentifier)), Is.EqualTo(2));

        Assert.That(await SubscribeAsync(first, "a"), Is.Zero);
        Assert.That(await SubscribeAsync(first, "b"), Is.EqualTo((byte)ReasonCode.NotAuthorized));
        Assert.That(await SubscribeAsync(second, "b"), Is.Zero);
        Assert.That(await SubscribeAsync(other, "x"), Is.Zero);
    }

    [Test]
    public async Task A_change_for_everybody_reaches_everybody_who_is_known_however_many()
    {
        await using var broker = await StartAsync();
        var clients = new List<RawClient>();
        for (var i = 0; i < 40; i++)
        {
            clients.Add(await broker.ConnectAsync(Connect($"c{i}", $"thing/{i} cert/{i}")));
        }

        using var anonymous = await broker.ConnectAsync(RawClient.Connect("anonymous", V500));
        Assert.That(await broker.Broker.UpdatePoliciesAsync(subject: null, static _ => new TestPolicy(subscribe: "b")), Is.EqualTo(40));

        foreach (var client in clients)
        {
            Assert.That(await SubscribeAsync(client, "a"), Is.EqualTo((byte)ReasonCode.NotAuthorized));
            client.Dispose();
        }

        Assert.That(await SubscribeAsync(anonymous, "a"), Is.Zero);
    }

    [TestCase(null)]
    [TestCase("thing/t")]
    [TestCase("cert/1")]
    public async Task Rights_that_change_while_the_hook_thinks_are_compiled_anew_for_its_client(string? subject)
    {
        var answer = new TaskCompletionSource<ClientAdmission>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var broker = await StartAsync(new TestAuthenticator((_, _) => new(answer.Task)));
        using var client = await ArriveAsync(broker);

        await broker.Broker.UpdatePoliciesAsync(subject, static client => new TestPolicy(subscribe: $"{client.ClientIdentifier}/{client.Tag}"));
        answer.SetResult(ClientAdmission.Admit("thing/t", new TestPolicy(), "cert/1", "tag"));

        Assert.That((await client.ReceivePacketAsync())[3], Is.Zero);
        Assert.That(await SubscribeAsync(client, "else"), Is.EqualTo((byte)ReasonCode.NotAuthorized));
        Assert.That(await SubscribeAsync(client, "slow/tag"), Is.Zero);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Whose_own_the_client_identifier_is_gets_a_session_of_its_own_whoever_has_it(bool isHere)
    {
        await using var broker = await StartAsync();
        var claim = await broker.ConnectAsync(Connect("t", "cert/claim cert/claim", expirySeconds: 3600));
        await SubscribeAsync(claim, "of/the/claim");
        if (!isHere)
        {
            await claim.SendAsync("E0 00");
            await claim.ExpectCloseAsync();
        }

        using var robot = await RawClient.OpenAsync(broker.Port);
        await robot.SendAsync(Connect("t", "thing/t cert/1 own", clean: false));

        Assert.That((await robot.ReceivePacketAsync())[2..4], Is.EqualTo(new byte[] { 0, 0 }), "let in, to a new session");
        if (isHere)
        {
            Assert.That((await claim.ReceivePacketAsync())[2], Is.EqualTo((byte)ReasonCode.SessionTakenOver));
        }

        using var again = await RawClient.OpenAsync(broker.Port);
        await again.SendAsync(Connect("t", "cert/claim cert/claim"));
        Assert.That((await again.ReceivePacketAsync())[3], Is.EqualTo((byte)ReasonCode.ClientIdentifierNotValid));
        claim.Dispose();
    }

    [Test]
    public async Task A_connection_that_is_closed_is_not_mistaken_for_the_next_by_its_name()
    {
        await using var broker = await StartAsync();
        using var first = await broker.ConnectAsync(Connect("c", "thing/t cert/1"));
        var client = (await broker.Broker.InspectAsync(static core => core.Connections.Single().Client))!;
        using var next = await broker.ConnectAsync(Connect("c", "thing/t cert/2"));

        Assert.That(await broker.Broker.DisconnectClientAsync(client, ReasonCode.NotAuthorized), Is.False);
        await next.ExpectNothingAsync();

        var present = (await broker.Broker.InspectAsync(static core => core.Connections.Single().Client))!;
        Assert.That(await broker.Broker.DisconnectClientAsync(present, ReasonCode.NotAuthorized), Is.True);
        Assert.That((await next.ReceivePacketAsync())[2], Is.EqualTo((byte)ReasonCode.NotAuthorized));
    }

    [Test]
    public async Task Who_was_known_by_a_credential_alone_keeps_its_session_when_that_becomes_a_things()
    {
        await using var broker = await StartAsync();
        using (await broker.ConnectAsync(Connect("c", "cert/1 cert/1", expirySeconds: 60)))
        {
        }

        using var back = await RawClient.OpenAsync(broker.Port);
        await back.SendAsync(Connect("c", "thing/t cert/1", expirySeconds: 60, clean: false));
        Assert.That((await back.ReceivePacketAsync())[2..4], Is.EqualTo(new byte[] { 1, 0 }));
        using var other = await RawClient.OpenAsync(broker.Port);
        await other.SendAsync(Connect("c", "thing/u cert/2", clean: false));
        Assert.That((await other.ReceivePacketAsync())[3], Is.EqualTo((byte)ReasonCode.ClientIdentifierNotValid));
    }

    [Test]
    public async Task Observers_are_told_who_comes_goes_and_is_refused_and_may_fail()
    {
        var observer = new TestObserver { Throws = true };
        await using var broker = await StartAsync(
            new TestAuthenticator(static (credentials, _) => new(credentials.UserName == "bad"
                ? ClientAdmission.Refuse(ReasonCode.BadUserNameOrPassword, "no", tag: "claimed")
                : ClientAdmission.Admit("thing/t", new TestPolicy("a", "a"), "cert/1", "tag"))),
            observer);
        using var client = await broker.ConnectAsync(Connect("c", "x"));
        for (var i = 0; i < 2; i++) // the second time is not told
        {
            await client.SendAsync(RawClient.Publish("b", "x", 1, 1, properties: ""));
            await client.ReceivePacketAsync();
            await SubscribeAsync(client, "#");
        }

        await client.SendAsync("E0 00");
        await client.ExpectCloseAsync();
        using var refused = await RawClient.OpenAsync(broker.Port);
        await refused.SendAsync(Connect("r", "bad"));
        await refused.ReceivePacketAsync();

        Assert.That(observer.Lines, Is.EqualTo(new[]
        {
            "admitted c as thing/t by cert/1, tag tag", "denied c Publish b", "denied c Subscribe #", "disconnected c, Success",
            "refused r as , BadUserNameOrPassword, no, tag claimed",
        }));
    }

    [Test]
    public async Task Denials_that_are_told_of_are_bounded()
    {
        var observer = new TestObserver();
        await using var broker = await StartAsync(new TestAuthenticator(static (_, _) => new(ClientAdmission.Admit("u", new TestPolicy("a", "a")))), observer);
        using var client = await broker.ConnectAsync(Connect("c", "x"));
        for (var i = 0; i < 200; i++)
        {
            await client.SendAsync(RawClient.Publish($"b/{i}", "x", properties: ""));
        }

        await client.ExpectNothingAsync();
        Assert.That(observer.Lines.Count(static line => line.StartsWith("denied", StringComparison.Ordinal)), Is.EqualTo(64));
    }

    [Test]
    public async Task A_reader_knows_who_published_and_answers_him_alone()
    {
        await using var broker = await StartAsync();
        var reader = new Asked();
        await using var subscription = await broker.Broker.SubscribeAsync(TopicFilter.Parse("ask"), reader);
        var spy = new Asked();
        await using var spying = await broker.Broker.SubscribeAsync(TopicFilter.Parse("#"), spy);
        using var client = await broker.ConnectAsync(Connect("c", "thing/t cert/1", expirySeconds: 60));
        using var other = await broker.ConnectAsync(Connect("o", "thing/o cert/2", expirySeconds: 60));
        foreach (var one in new[] { client, other })
        {
            await SubscribeAsync(one, "#", quality: 1);
        }

        await client.SendAsync(RawClient.Publish("ask", "x", properties: ""));
        var asker = await reader.Client.Task;
        await client.ReceivePacketAsync();
        await other.ReceivePacketAsync();
        Assert.That((asker.ClientIdentifier, asker.Identity, asker.Credential, asker.Tag), Is.EqualTo(("c", "thing/t", "cert/1", "tag of cert/1")));

        var answer = new MqttMessage { Topic = TopicName.Parse("answer"), Payload = "key"u8.ToArray(), QualityOfService = QualityOfService.AtLeastOnce, Retain = true, OnlyTo = asker };
        await broker.Broker.PublishAsync(answer);

        await client.ExpectAsync("30 0C 0006 616E73776572 00 6B6579"); // QoS 0, though both want 1
        await other.ExpectNothingAsync();
        Assert.That(spy.Topics, Is.EqualTo(new[] { "ask" }));
        Assert.That((await broker.Broker.GetStatisticsAsync()).RetainedMessages, Is.Zero);
    }

    [Test]
    public async Task An_answer_for_a_connection_that_has_gone_is_nobodys_also_not_of_who_comes_by_that_name()
    {
        await using var broker = await StartAsync();
        var reader = new Asked();
        await using var subscription = await broker.Broker.SubscribeAsync(TopicFilter.Parse("ask"), reader);
        using (var client = await broker.ConnectAsync(Connect("c", "thing/t cert/1", expirySeconds: 60)))
        {
            await SubscribeAsync(client, "answer", quality: 1);
            await client.SendAsync(RawClient.Publish("ask", "x", properties: "") + "E0 00");
            await client.ExpectCloseAsync();
        }

        var answer = new MqttMessage { Topic = TopicName.Parse("answer"), QualityOfService = QualityOfService.AtLeastOnce, OnlyTo = await reader.Client.Task };
        await broker.Broker.PublishAsync(answer);
        using var back = await RawClient.OpenAsync(broker.Port);
        await back.SendAsync(Connect("c", "thing/t cert/1", expirySeconds: 60, clean: false));
        Assert.That((await back.ReceivePacketAsync())[2], Is.EqualTo(1));
        await broker.Broker.PublishAsync(answer);

        await back.ExpectNothingAsync();
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public async Task A_shared_subscription_does_not_bring_what_its_member_may_not_receive(int quality)
    {
        await using var broker = await StartAsync(new TestAuthenticator(static (credentials, _) =>
            new(ClientAdmission.Admit(credentials.UserName!, credentials.UserName == "half" ? new TestPolicy(receive: "a/+") : null))));
        using var half = await broker.ConnectAsync(Connect("h", "half"));
        await SubscribeAsync(half, "$share/s/#", quality);
        await PublishAsync(broker, "secret", quality);
        await PublishAsync(broker, "a/1", quality);
        Assert.That(TopicOf(await half.ReceivePacketAsync()), Is.EqualTo("a/1"));

        using var whole = await broker.ConnectAsync(Connect("w", "whole"));
        await SubscribeAsync(whole, "$share/s/#", quality);
        for (var i = 0; i < 4; i++)
        {
            await PublishAsync(broker, "secret", quality);
            Assert.That(TopicOf(await whole.ReceivePacketAsync()), Is.EqualTo("secret"));
        }

        await half.ExpectNothingAsync();
    }

    [Test]
    public async Task What_waits_is_held_to_the_rights_that_the_client_has_when_it_is_sent()
    {
        var receive = "#";
        await using var broker = await StartAsync(new TestAuthenticator((credentials, _) => new(ClientAdmission.Admit("u", new TestPolicy(receive: receive), "c"))));
        using (var client = await broker.ConnectAsync(Connect("c", "x", expirySeconds: 60)))
        {
            await SubscribeAsync(client, "#", quality: 1);
        }

        await PublishAsync(broker, "secret", 1);
        await PublishAsync(broker, "open", 1);
        receive = "open";
        using var back = await RawClient.OpenAsync(broker.Port);
        await back.SendAsync(Connect("c", "x", expirySeconds: 60, clean: false));
        await back.ReceivePacketAsync();

        Assert.That(TopicOf(await back.ReceivePacketAsync()), Is.EqualTo("open"));
        await back.ExpectNothingAsync();
    }

    [TestCase("?SDK=IoTDeviceSDK/JS&Version=2", true)]
    [TestCase("", false)]
    [TestCase("u?SDK=x", false)]
    public async Task What_an_SDK_says_of_itself_in_the_user_name_is_no_credential(string userName, bool isAnonymous)
    {
        var authenticator = new TestAuthenticator(static (credentials, _) => new(ClientAdmission.Admit("u")));
        await using var broker = await StartAsync(authenticator);

        using var client = await broker.ConnectAsync(Connect("c", userName));

        Assert.That(authenticator.Asked.Select(static asked => asked.UserName), isAnonymous ? Is.Empty : Is.EqualTo(new[] { userName.Split('?')[0] }));
    }

    private static Task<TestBroker> StartAsync(TestAuthenticator? authenticator = null, TestObserver? observer = null, string? folder = null) => TestBroker.StartAsync(
        options => options.Folder = folder ?? options.Folder,
        register: services =>
        {
            services.AddSingleton<IClientAuthenticator>(authenticator ?? new TestAuthenticator(static (credentials, _) => new(Admit(credentials.UserName!.Split(' ')))));
            if (observer is not null)
            {
                services.AddSingleton<IConnectionObserver>(observer);
            }
        });

    /// <summary>A client comes, and goes again: its will is due in an hour.</summary>
    private static async Task LeaveWithWillAsync(TestBroker broker)
    {
        using var client = await broker.ConnectAsync(ConnectWithWill("c", "thing/t cert/1", expirySeconds: 3600));
        await client.SendAsync("E0 01 04");
        await client.ExpectCloseAsync();
    }

    private static async Task<RawClient> WatchAsync(TestBroker broker)
    {
        var watcher = await broker.ConnectAsync(Connect("w", "w w"));
        await watcher.SendAsync(RawClient.Subscribe("will", 0, V500));
        await watcher.ReceivePacketAsync();
        return watcher;
    }

    /// <summary>The user name is identity and credential, and a third word where the client identifier is its own.</summary>
    private static ClientAdmission Admit(string[] claim) => ClientAdmission.Admit(claim[0], policy: null, claim[1], $"tag of {claim[1]}", ownsClientIdentifier: claim.Length > 2);

    private static string Connect(string name, string user, uint? expirySeconds = null, bool clean = true) =>
        RawClient.Connect(name, V500, clean: clean, expirySeconds: expirySeconds, userName: user);

    private static string ConnectWithWill(string name, string user, uint expirySeconds) => RawClient.Connect(
        name, V500, expirySeconds: expirySeconds, will: new MqttMessage { Topic = TopicName.Parse("will"), Payload = "x"u8.ToArray() }, willDelay: expirySeconds, userName: user);

    private static async Task<RawClient> ArriveAsync(TestBroker broker)
    {
        var client = await RawClient.OpenAsync(broker.Port);
        await client.SendAsync(Connect("slow", "x"));
        await Eventually.IsTrueAsync(async () => await broker.Broker.InspectAsync(static core => core.Connections.Any(static connection => connection.Arrival is not null)), "the CONNECT");
        return client;
    }

    private static async Task<byte> SubscribeAsync(RawClient client, string filter, int quality = 0)
    {
        await client.SendAsync(RawClient.Subscribe(filter, quality, V500));
        return (await client.ReceivePacketAsync())[^1];
    }

    private static async Task PublishAsync(TestBroker broker, string topic, int quality) =>
        await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse(topic), Payload = "x"u8.ToArray(), QualityOfService = (QualityOfService)quality });

    private static string TopicOf(byte[] publish) => Encoding.UTF8.GetString(publish, 4, publish[3]);

    private sealed class Asked : IMessageHandler
    {
        public TaskCompletionSource<ConnectedClient> Client { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Topics { get; } = [];

        public ValueTask Handle(in PublishedMessage message)
        {
            Topics.Add(message.Topic.Value);
            Client.TrySetResult(message.Client!);
            return ValueTask.CompletedTask;
        }
    }
}
