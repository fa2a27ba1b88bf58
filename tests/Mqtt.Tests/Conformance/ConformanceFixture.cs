using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>A broker for each test, with a clock that stands still.</summary>
public abstract class ConformanceFixture
{
    private RunningBroker _broker = null!;

    private protected RunningBroker Broker => _broker;

    [SetUp]
    public async Task StartBroker() => _broker = await RunningBroker.StartAsync(Configure);

    [TearDown]
    public async Task StopBroker() => await _broker.DisposeAsync();

    /// <summary>What the fixture's broker has of its own.</summary>
    protected virtual void Configure(MqttOptions options)
    {
    }
}
