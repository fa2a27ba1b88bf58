using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Connections;

/// <summary>What the options say, as CONNECT.</summary>
internal static class ConnectPackets
{
    /// <param name="clientIdentifier">The one of the options, or what the server assigned before.</param>
    /// <param name="authenticationData">The first data of enhanced authentication.</param>
    public static ConnectPacket From(MqttClientOptions options, string clientIdentifier, bool cleanStart, ReadOnlyMemory<byte>? authenticationData) => new()
    {
        Version = options.ProtocolVersion,
        ClientIdentifier = clientIdentifier,
        CleanStart = cleanStart,
        KeepAliveSeconds = (ushort)options.KeepAlive.TotalSeconds,
        UserName = options.UserName,
        Password = options.Password,
        Will = options.Will,
        WillDelaySeconds = PublishProperties.ToSeconds(options.WillDelayInterval) ?? 0,
        SessionExpirySeconds = SessionExpirySeconds(options.SessionExpiryInterval),
        ReceiveMaximum = (ushort)Math.Min(options.MaxReceivedMessages, ushort.MaxValue),
        MaximumPacketSize = (uint)options.MaxPacketBytes,
        TopicAliasMaximum = options.MaxReceivedTopicAliases == 0 ? null : (ushort)options.MaxReceivedTopicAliases,
        RequestResponseInformation = options.RequestResponseInformation,
        RequestProblemInformation = options.RequestProblemInformation,
        AuthenticationMethod = options.Authentication?.Method,
        AuthenticationData = authenticationData,
        UserProperties = options.UserProperties,
    };

    /// <returns>Null for no time at all, which is the protocol's default.</returns>
    public static uint? SessionExpirySeconds(TimeSpan interval) =>
        interval == Timeout.InfiniteTimeSpan ? uint.MaxValue
        : interval > TimeSpan.Zero ? PublishProperties.ToSeconds(interval)
        : null;
}
