using System.Globalization;
using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Shadow;
using Roost.Streams;

namespace Roost.Gateway.Cloud;

/// <summary>The cloud's shadows are reached over the uplink that exports use: one connection, one identity, one place that reconnects.</summary>
internal sealed class ShadowUpstream(IUplink uplink, IOptions<CloudMqttOptions> mqtt) : IShadowUpstream
{
    public string Identity { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{mqtt.Value.Host.ToLowerInvariant()}:{mqtt.Value.EffectivePort} as {mqtt.Value.ClientId}{(mqtt.Value.UserName is { } user ? $", user {user}" : "")}");

    public async Task<IShadowUpstreamConnection> ConnectedAsync(CancellationToken cancellationToken) =>
        new Connection(await uplink.WaitForConnectionAsync(cancellationToken));

    private sealed class Connection(IUplinkConnection connection) : IShadowUpstreamConnection
    {
        public CancellationToken Lost => connection.Lost;

        public void Receive(Action<MqttMessage> receiver) => connection.Receive(receiver);

        public Task<IReadOnlyList<TopicFilter>> SubscribeAsync(IReadOnlyList<TopicFilter> filters, CancellationToken cancellationToken) =>
            connection.SubscribeAsync(filters, cancellationToken);

        public ValueTask PublishAsync(MqttMessage message) => connection.PublishAsync(message);

        public void NoteUseful() => connection.NoteUseful();
    }
}
