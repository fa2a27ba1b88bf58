using System.Text;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Tests.Protocol;

/// <summary>Makes sound packets of every kind, with each optional part there or not, from one seed.</summary>
internal sealed class Some(int seed)
{
    private static readonly string[] s_letters = ["a", "Z", "0", "/", "$", " ", "é", "€", "\U0001F916", "\uFEFF"];

    private readonly Random _random = new(seed);

    public (byte[] Bytes, PacketSender Sender) Packet(MqttProtocolVersion version) => _random.Next(12) switch
    {
        0 => (Connect(version).ToArray(version), PacketSender.Client),
        1 => (ConnAck(version).ToArray(version), PacketSender.Server),
        2 or 3 => (Publish(version), PacketSender.Client),
        4 or 5 => (AcknowledgementOf(version), Sender()),
        6 => (Subscribe(version).ToArray(version), PacketSender.Client),
        7 => (SubAck(version).ToArray(version), PacketSender.Server),
        8 => (Unsubscribe().ToArray(version), PacketSender.Client),
        9 => (version == MqttProtocolVersion.V500 ? Auth().ToArray(version) : Ping.Request.ToArray(), PacketSender.Client),
        10 => (Disconnect(version).ToArray(version), PacketSender.Client),
        _ => (Coin() ? Ping.Request.ToArray() : Ping.Response.ToArray(), Sender()),
    };

    public MqttMessage Message(MqttProtocolVersion version) => new()
    {
        Topic = TopicName.Parse("t/" + Text()),
        Payload = Blob(300),
        QualityOfService = Quality(),
        Retain = Coin(),
        Properties = version == MqttProtocolVersion.V500 && Coin() ? Properties() : null,
    };

    public ushort Identifier() => (ushort)_random.Next(1, 65_536);

    public bool Coin() => _random.Next(2) == 0;

    private PacketSender Sender() => Coin() ? PacketSender.Client : PacketSender.Server;

    private QualityOfService Quality() => (QualityOfService)_random.Next(3);

    private ReasonCode One(params ReasonCode[] codes) => codes[_random.Next(codes.Length)];

    private string Text()
    {
        var text = new StringBuilder();
        for (var i = _random.Next(12); i > 0; i--)
        {
            text.Append(s_letters[_random.Next(s_letters.Length)]);
        }

        return text.ToString();
    }

    private string? TextOrNone() => Coin() ? Text() : null;

    /// <summary>Not <c>Coin() ? Blob(…) : null</c>: a null array becomes memory that is there, and empty.</summary>
    private ReadOnlyMemory<byte>? BlobOrNone() => Coin() ? Blob(20) : new ReadOnlyMemory<byte>?();

    private byte[] Blob(int max)
    {
        var bytes = new byte[_random.Next(max)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private uint? Number() => Coin() ? (uint)_random.NextInt64(1, 1L << 32) : null;

    private ushort? Short() => Coin() ? (ushort)_random.Next(1, 65_536) : null;

    private List<UserProperty> UserProperties() => [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new UserProperty(Text(), Text()))];

    private MqttMessageProperties Properties() => new()
    {
        PayloadIsUtf8 = Coin(),
        MessageExpiryInterval = Number() is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        ContentType = TextOrNone(),
        ResponseTopic = Coin() ? TopicName.Parse("answers/" + Text()) : null,
        CorrelationData = BlobOrNone(),
        UserProperties = UserProperties(),
    };

    private byte[] Publish(MqttProtocolVersion version)
    {
        var message = Message(version);
        var bytes = new byte[MessageEncoder.GetSize(message, version)];
        MessageEncoder.Write(bytes, message, version, Identifier(), message.QualityOfService != QualityOfService.AtMostOnce && Coin());
        return bytes;
    }

    private byte[] AcknowledgementOf(MqttProtocolVersion version)
    {
        var type = (PacketType)_random.Next((int)PacketType.PubAck, (int)PacketType.PubComp + 1);
        var code = version == MqttProtocolVersion.V311 ? ReasonCode.Success
            : type >= PacketType.PubRel ? One(ReasonCode.Success, ReasonCode.PacketIdentifierNotFound)
            : One(ReasonCode.Success, ReasonCode.NoMatchingSubscribers, ReasonCode.QuotaExceeded);
        var bytes = new byte[Acknowledgement.GetSize(version, code)];
        Acknowledgement.Write(bytes, type, Identifier(), version, code);
        return bytes;
    }

    private ConnectPacket Connect(MqttProtocolVersion version)
    {
        var modern = version == MqttProtocolVersion.V500;
        var userName = TextOrNone();
        var method = modern ? TextOrNone() : null;
        var will = Coin() ? Message(version) : null;
        return new ConnectPacket
        {
            Version = version,
            ClientIdentifier = Text(),
            CleanStart = Coin(),
            KeepAliveSeconds = (ushort)_random.Next(65_536),
            UserName = userName,
            Password = modern || userName is not null ? BlobOrNone() : new ReadOnlyMemory<byte>?(),
            Will = will,
            WillDelaySeconds = modern && will is not null ? Number() ?? 0 : 0,
            SessionExpirySeconds = modern ? Number() : null,
            ReceiveMaximum = modern ? Short() : null,
            MaximumPacketSize = modern ? Number() : null,
            TopicAliasMaximum = modern ? Short() : null,
            RequestResponseInformation = modern && Coin(),
            RequestProblemInformation = !modern || Coin(),
            AuthenticationMethod = method,
            AuthenticationData = method is not null ? BlobOrNone() : new ReadOnlyMemory<byte>?(),
            UserProperties = modern ? UserProperties() : [],
        };
    }

    private ConnAckPacket ConnAck(MqttProtocolVersion version)
    {
        var code = One(ReasonCode.Success, ReasonCode.NotAuthorized, ReasonCode.ServerUnavailable, ReasonCode.UnsupportedProtocolVersion);
        return new ConnAckPacket
        {
            SessionPresent = code == ReasonCode.Success && Coin(),
            ReasonCode = code,
            SessionExpirySeconds = Number(),
            ReceiveMaximum = Short(),
            MaximumQualityOfService = Quality(),
            RetainAvailable = Coin(),
            MaximumPacketSize = Number(),
            AssignedClientIdentifier = TextOrNone(),
            TopicAliasMaximum = Short(),
            ReasonString = TextOrNone(),
            WildcardSubscriptionAvailable = Coin(),
            SubscriptionIdentifiersAvailable = Coin(),
            SharedSubscriptionAvailable = Coin(),
            ServerKeepAliveSeconds = Short(),
            ResponseInformation = TextOrNone(),
            ServerReference = TextOrNone(),
            AuthenticationMethod = TextOrNone(),
            AuthenticationData = BlobOrNone(),
            UserProperties = UserProperties(),
        };
    }

    private SubscribePacket Subscribe(MqttProtocolVersion version) => new()
    {
        PacketIdentifier = Identifier(),
        SubscriptionIdentifier = Coin() ? _random.Next(1, VariableByteInteger.Max + 1) : null,
        UserProperties = UserProperties(),
        Subscriptions =
        [
            .. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => version == MqttProtocolVersion.V500
                ? new SubscriptionRequest("f/" + Text(), Quality(), Coin(), Coin(), (RetainHandling)_random.Next(3))
                : new SubscriptionRequest("f/" + Text(), Quality())),
        ],
    };

    private SubscribeAcknowledgementPacket SubAck(MqttProtocolVersion version)
    {
        var type = Coin() ? PacketType.SubAck : PacketType.UnsubAck;
        ReasonCode[] codes = type == PacketType.SubAck
            ? [ReasonCode.Success, ReasonCode.GrantedQualityOfService1, ReasonCode.GrantedQualityOfService2, ReasonCode.UnspecifiedError]
            : [ReasonCode.Success, ReasonCode.NoSubscriptionExisted, ReasonCode.NotAuthorized];
        return new SubscribeAcknowledgementPacket(type)
        {
            PacketIdentifier = Identifier(),
            ReasonCodes = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => One(codes))],
            ReasonString = TextOrNone(),
            UserProperties = version == MqttProtocolVersion.V500 ? UserProperties() : [],
        };
    }

    private UnsubscribePacket Unsubscribe() => new()
    {
        PacketIdentifier = Identifier(),
        Filters = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => "f/" + Text())],
        UserProperties = UserProperties(),
    };

    private DisconnectPacket Disconnect(MqttProtocolVersion version) => version == MqttProtocolVersion.V311 ? new() : new()
    {
        ReasonCode = One(ReasonCode.Success, ReasonCode.DisconnectWithWillMessage, ReasonCode.ProtocolError),
        SessionExpirySeconds = Number(),
        ReasonString = TextOrNone(),
        UserProperties = UserProperties(),
    };

    private AuthPacket Auth() => new()
    {
        ReasonCode = One(ReasonCode.Success, ReasonCode.ContinueAuthentication, ReasonCode.ReAuthenticate),
        AuthenticationMethod = Text(),
        AuthenticationData = BlobOrNone(),
        ReasonString = TextOrNone(),
        UserProperties = UserProperties(),
    };
}
