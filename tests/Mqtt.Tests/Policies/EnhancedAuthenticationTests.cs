using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Policies;

/// <summary>AUTH (MQTT 5 section 4.12) against a method that counts: each client has to send one more than it was sent.</summary>
public sealed class EnhancedAuthenticationTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;
    private const string Method = "15 0005 434F554E54"; // COUNT

    private TestBroker _broker = null!;
    private CountingMethod _method = null!;

    [SetUp]
    public async Task SetUp()
    {
        _method = new CountingMethod();
        _broker = await TestBroker.StartAsync(register: services => services.AddSingleton<IEnhancedAuthenticator>(_method));
    }

    [TearDown]
    public async Task TearDown() => await _broker.DisposeAsync();

    [TestCase(false)]
    [TestCase(true)]
    [Spec("MQTT-4.12.0-2")]
    [Spec("MQTT-4.12.0-5")]
    public async Task A_client_that_answers_rightly_is_let_in(bool isLater)
    {
        _method.IsLater = isLater;
        using var client = await RawClient.OpenAsync(_broker.Port);

        await client.SendAsync(Connect(0));
        await client.ExpectAsync($"F0 0E 18 0C {Method} 16 0001 01");
        await client.SendAsync($"F0 0E 18 0C {Method} 16 0001 02" + "C000");
        var answer = Convert.ToHexString(await client.ReceivePacketAsync());

        Assert.That(answer, Does.Match("^20..0000").And.Contain((Method + "16000103").Replace(" ", "", StringComparison.Ordinal)));
        await client.ExpectAsync("D000");
        Assert.That(_method.Ended, Is.EqualTo(1));
    }

    [Test]
    [Spec("MQTT-4.12.0-1")]
    public async Task A_method_that_nobody_has_gets_0x8C()
    {
        using var client = await RawClient.OpenAsync(_broker.Port);
        await client.SendAsync("10 15 0004 4D515454 05 02 003C 07 15 0004 4E4F4E45 0001 61"); // NONE
        Assert.That((await client.ReceivePacketAsync())[3], Is.EqualTo((byte)ReasonCode.BadAuthenticationMethod));
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-4.12.0-4")]
    public async Task A_client_that_answers_wrongly_gets_CONNACK_with_the_reason()
    {
        using var client = await RawClient.OpenAsync(_broker.Port);
        await client.SendAsync(Connect(0));
        await client.ReceivePacketAsync();
        await client.SendAsync($"F0 0E 18 0C {Method} 16 0001 09");
        Assert.That(Convert.ToHexString(await client.ReceivePacketAsync()), Does.Match("^20..0087"));
        await client.ExpectCloseAsync();
    }

    [TestCase("C000", Description = "PINGREQ")]
    [TestCase("30 04 0001 61 00", Description = "PUBLISH")]
    [TestCase("F0 0E 19 0C 15 0005 434F554E54 16 0001 02", Description = "AUTH that begins anew")]
    [TestCase("F0 0E 00 0C 15 0005 434F554E54 16 0001 02", Description = "AUTH that says success itself")]
    [TestCase("F0 0E 18 0C 15 0005 4F54484552 16 0001 02", Description = "AUTH with another method")]
    [TestCase("F0 00", Description = "AUTH without a method")]
    [Spec("MQTT-4.12.0-3")]
    public async Task Anything_but_the_awaited_AUTH_refuses_the_client(string packet)
    {
        using var client = await RawClient.OpenAsync(_broker.Port);
        await client.SendAsync(Connect(0));
        await client.ReceivePacketAsync();
        await client.SendAsync(packet);
        Assert.That(Convert.ToHexString(await client.ReceivePacketAsync()), Does.Match("^20..0082"));
        await client.ExpectCloseAsync();
    }

    [Test]
    public async Task A_client_that_leaves_in_the_middle_is_just_gone()
    {
        using var client = await RawClient.OpenAsync(_broker.Port);
        await client.SendAsync(Connect(0));
        await client.ReceivePacketAsync();
        await client.SendAsync("E000");
        await client.ExpectCloseAsync();
        Assert.That(await _broker.Broker.InspectAsync(_ => _method.Ended), Is.EqualTo(1));
    }

    [TestCase("F0 00")]
    [TestCase("F0 0E 19 0C 15 0005 434F554E54 16 0001 00")]
    [Spec("MQTT-4.12.0-7")]
    public async Task AUTH_of_a_client_that_named_no_method_is_a_protocol_error(string packet)
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("c", V500));
        await client.SendAsync(packet);
        await ExpectDisconnectAsync(client, ReasonCode.ProtocolError);
    }

    [Test]
    [Spec("MQTT-4.12.1-1")]
    public async Task A_client_authenticates_again_while_its_other_packets_are_handled()
    {
        using var client = await LetInAsync();
        await client.SendAsync($"F0 0E 19 0C {Method} 16 0001 00" + "C000");
        await client.ExpectAsync($"F0 0E 18 0C {Method} 16 0001 01 D000");
        await client.SendAsync($"F0 0E 18 0C {Method} 16 0001 02");
        await client.ExpectAsync($"F0 0E 00 0C {Method} 16 0001 03");
        await client.ExpectNothingAsync();
    }

    [TestCase("F0 0E 19 0C 15 0005 4F54484552 16 0001 00", ReasonCode.ProtocolError, Description = "another method")]
    [TestCase("F0 0E 18 0C 15 0005 434F554E54 16 0001 00", ReasonCode.ProtocolError, Description = "0x18 without a beginning")]
    [TestCase("F0 0E 19 0C 15 0005 434F554E54 16 0001 05", ReasonCode.NotAuthorized, Description = "a wrong answer")]
    [Spec("MQTT-4.12.1-2")]
    public async Task A_client_that_fails_to_authenticate_again_is_disconnected(string packet, ReasonCode reason)
    {
        using var client = await LetInAsync();
        await client.SendAsync(packet);
        await ExpectDisconnectAsync(client, reason);
    }

    [Test]
    public async Task Two_exchanges_at_a_time_are_a_protocol_error()
    {
        using var client = await LetInAsync();
        _method.IsLater = true;
        await client.SendAsync($"F0 0E 19 0C {Method} 16 0001 00 F0 0E 19 0C {Method} 16 0001 00");
        await ExpectDisconnectAsync(client, ReasonCode.ProtocolError);
    }

    [Test]
    public async Task A_client_may_not_become_another()
    {
        using var client = await LetInAsync();
        _method.Identity = "another";
        await client.SendAsync($"F0 0E 19 0C {Method} 16 0001 02");
        await ExpectDisconnectAsync(client, ReasonCode.NotAuthorized);
    }

    [Test]
    public async Task A_method_that_throws_refuses_and_the_broker_goes_on()
    {
        _method.Throws = true;
        using var client = await RawClient.OpenAsync(_broker.Port);
        await client.SendAsync(Connect(0));
        Assert.That((await client.ReceivePacketAsync())[3], Is.EqualTo((byte)ReasonCode.UnspecifiedError));
        _method.Throws = false;
        using var second = await LetInAsync();
        _method.Throws = true;
        await second.SendAsync($"F0 0E 19 0C {Method} 16 0001 00");
        await ExpectDisconnectAsync(second, ReasonCode.UnspecifiedError);
    }

    [Test]
    public async Task An_exchange_that_works_is_disposed_of_when_it_has_finished()
    {
        _method.MayGoOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var client = await RawClient.OpenAsync(_broker.Port);
        await client.SendAsync(Connect(0) + "E000");
        await Eventually.IsTrueAsync(async () => await _broker.Broker.InspectAsync(static core => core.Connections.Any(static connection => connection.Arrival is not null)), "the CONNECT");
        client.Dispose();
        await Eventually.IsTrueAsync(async () => await _broker.Broker.InspectAsync(static core => core.Connections.Count) == 0, "the client to be gone");
        Assert.That(await _broker.Broker.InspectAsync(_ => _method.Ended), Is.Zero);

        _method.MayGoOn.SetResult();

        await Eventually.IsTrueAsync(async () => await _broker.Broker.InspectAsync(_ => _method.Ended) == 1, "the exchange to be disposed of");
    }

    private async Task<RawClient> LetInAsync()
    {
        var client = await RawClient.OpenAsync(_broker.Port);
        await client.SendAsync(Connect(2));
        Assert.That((await client.ReceivePacketAsync())[3], Is.Zero);
        return client;
    }

    private static async Task ExpectDisconnectAsync(RawClient client, ReasonCode reason)
    {
        byte[] packet;
        do
        {
            packet = await client.ReceivePacketAsync();
        }
        while (packet[0] != 0xE0);
        Assert.That((ReasonCode)packet[2], Is.EqualTo(reason));
        await client.ExpectCloseAsync();
    }

    private static string Connect(byte data) => Convert.ToHexString(new ConnectPacket
    {
        ClientIdentifier = "c",
        CleanStart = true,
        KeepAliveSeconds = 60,
        AuthenticationMethod = "COUNT",
        AuthenticationData = new byte[] { data },
    }.ToArray(V500));

    /// <summary>0 is answered with 1; 2 is right, and answered with 3; all else is wrong.</summary>
    private sealed class CountingMethod : IEnhancedAuthenticator
    {
        public bool IsLater { get; set; }

        /// <summary>Null: it does not wait.</summary>
        public TaskCompletionSource? MayGoOn { get; set; }

        public bool Throws { get; set; }

        public string Identity { get; set; } = "u";

        public int Ended { get; private set; }

        string IEnhancedAuthenticator.Method => "COUNT";

        public IAuthenticationExchange Begin(ClientCredentials credentials) => new Exchange(this);

        private sealed class Exchange(CountingMethod method) : IAuthenticationExchange, IDisposable
        {
            public async ValueTask<AuthenticationStep> ContinueAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
            {
                if (method.IsLater)
                {
                    await Task.Yield();
                }

                if (method.MayGoOn is { } mayGoOn)
                {
                    await mayGoOn.Task;
                }

                if (method.Throws)
                {
                    throw new InvalidOperationException("a fault of its own");
                }

                return data.Span[0] switch
                {
                    0 => AuthenticationStep.Continue(new byte[] { 1 }),
                    2 => AuthenticationStep.Complete(ClientAdmission.Admit(method.Identity), new byte[] { 3 }),
                    _ => AuthenticationStep.Complete(ClientAdmission.Refuse(ReasonCode.NotAuthorized)),
                };
            }

            public void Dispose() => method.Ended++;
        }
    }
}
