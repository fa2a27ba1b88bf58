using Microsoft.Extensions.Hosting;
using Roost.Mqtt;

namespace Roost.Gateway.Hosting;

/// <summary>
/// Opens the broker to clients once every room reads, and closes it before the first room stops reading: a message that is acknowledged
/// in between would reach nobody.
/// </summary>
internal sealed class ListenerHost(MqttBroker broker) : IHostedService
{
    /// <summary>As they were opened, ports that the system chose included.</summary>
    public IReadOnlyList<MqttOpenListener> Open { get; private set; } = [];

    /// <exception cref="StartRefusedException">An address could not be opened.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Open = await broker.OpenListenersAsync(cancellationToken);
        }
        catch (MqttListenerException exception)
        {
            throw new StartRefusedException(exception.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => broker.Completion.IsCompleted ? Task.CompletedTask : broker.CloseListenersAsync();
}
