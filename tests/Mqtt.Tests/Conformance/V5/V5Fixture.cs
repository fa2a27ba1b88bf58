using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>
/// Statements of MQTT 5.0 shown on a broker of the test's own, by bytes on a socket. Ids in <see cref="SpecAttribute"/> are those of 5.0;
/// <c>statements.tsv</c> lists them all.
/// </summary>
[Category("MQTT 5.0")]
public abstract class V5Fixture
{
    private protected ManualTimeProvider Clock { get; private set; } = null!;

    private protected TestBroker Broker { get; private set; } = null!;

    [SetUp]
    public async Task StartBroker()
    {
        Clock = new ManualTimeProvider();
        Broker = await TestBroker.StartAsync(Configure, Clock, Register);
    }

    [TearDown]
    public async Task StopBroker() => await Broker.DisposeAsync();

    private protected virtual void Configure(MqttOptions options)
    {
    }

    private protected virtual void Register(IServiceCollection services)
    {
    }

    private protected Task<WireClient> OpenAsync() => WireClient.OpenAsync(Broker.Port);

    /// <summary>A client that is connected.</summary>
    /// <param name="flags">Connect flags: Clean Start unless said otherwise.</param>
    /// <param name="keepAlive">Two bytes.</param>
    /// <param name="rest">What follows the client identifier: will, user name, password.</param>
    private protected async Task<WireClient> ConnectAsync(
        string clientIdentifier, string properties = "", string flags = "02", string keepAlive = "00 3C", string rest = "")
    {
        var client = await OpenAsync();
        await client.SendAsync($"10 [ {{'MQTT'}} 05 {flags} {keepAlive} [ {properties} ] {{'{clientIdentifier}'}} {rest} ]");
        client.ConnAck = await client.ReadAsync("CONNACK");
        Assert.That(client.ConnAck.Bytes[0], Is.EqualTo(0x20), client.ConnAck.Hex);
        Assert.That((ReasonCode)client.ConnAck.Body[1], Is.EqualTo(ReasonCode.Success));
        return client;
    }

    /// <summary>A client that takes its session up again, which is there.</summary>
    private protected async Task<WireClient> ComeBackAsync(string clientIdentifier, string properties = "11 00 00 00 3C")
    {
        var client = await ConnectAsync(clientIdentifier, properties, flags: "00");
        Assert.That(client.ConnAck!.Body[0], Is.EqualTo(1), "Session Present");
        return client;
    }

    /// <summary>A client with one subscription, whose session lasts 60 s longer than its connection.</summary>
    private protected async Task<WireClient> SubscribedAsync(string clientIdentifier, string filter, int options, string properties = "11 00 00 00 3C")
    {
        var client = await ConnectAsync(clientIdentifier, properties);
        await client.SubscribeAsync(filter, options);
        return client;
    }

    /// <summary>Moves the broker's clock, and lets the broker see what is due.</summary>
    private protected async Task AdvanceAsync(double seconds)
    {
        Clock.Advance(TimeSpan.FromSeconds(seconds));
        await Broker.Broker.TurnAsync();
    }

    /// <summary>The client's connection breaks, and the broker has seen to it.</summary>
    private protected async Task LoseAsync(WireClient client)
    {
        await client.LoseAsync();
        await Broker.Broker.TurnAsync();
    }

    /// <summary>The client leaves in order.</summary>
    private protected async Task LeaveAsync(WireClient client)
    {
        await client.SendAsync("E0 00");
        await client.ExpectCloseAsync();
        client.Dispose();
        await Broker.Broker.TurnAsync();
    }
}
