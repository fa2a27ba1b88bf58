using System.Text;
using Roost.Mqtt.Protocol;
using static Roost.Mqtt.Tests.Protocol.Reading;

namespace Roost.Mqtt.Tests.Protocol;

/// <summary>Packets written out by hand from the specification, against what is read from them and what is written.</summary>
public sealed class PacketBytesTests
{
    [Test]
    public void A_connect_of_3_1_1_with_everything()
    {
        var bytes = Bytes("10 25 00 04 'MQTT' 04 F6 00 3C 00 03 'vac' 00 04 'will' 00 03 'bye' 00 04 'user' 00 03 01 02 03");
        Assert.That(PacketFrame.TryRead(bytes, 1024, out var frame, out _), Is.EqualTo(DecodeStatus.Complete));

        Assert.That(ConnectPacket.TryRead(frame, out var connect, out _), Is.True);

        Assert.Multiple(() =>
        {
            Assert.That(connect!.Version, Is.EqualTo(MqttProtocolVersion.V311));
            Assert.That(connect.ClientIdentifier, Is.EqualTo("vac"));
            Assert.That(connect.CleanStart, Is.True);
            Assert.That(connect.KeepAliveSeconds, Is.EqualTo(60));
            Assert.That(connect.Will!.Topic.Value, Is.EqualTo("will"));
            Assert.That(connect.Will.Payload.ToArray(), Is.EqualTo("bye"u8.ToArray()));
            Assert.That(connect.Will.QualityOfService, Is.EqualTo(QualityOfService.ExactlyOnce));
            Assert.That(connect.Will.Retain, Is.True);
            Assert.That(connect.UserName, Is.EqualTo("user"));
            Assert.That(connect.Password?.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
            Assert.That(connect.ToArray(MqttProtocolVersion.V311), Is.EqualTo(bytes));
        });
    }

    [Test]
    public void A_connect_of_5_with_session_expiry_and_a_delayed_will()
    {
        var bytes = Bytes("10 1F 00 04 'MQTT' 05 04 00 0A 05 11 00 00 00 78 00 01 'c' 05 18 00 00 00 05 00 01 'w' 00 01 'x'");
        PacketFrame.TryRead(bytes, 1024, out var frame, out _);

        Assert.That(ConnectPacket.TryRead(frame, out var connect, out var fault), Is.True, fault.Detail);

        Assert.Multiple(() =>
        {
            Assert.That(connect!.SessionExpirySeconds, Is.EqualTo(120));
            Assert.That(connect.WillDelaySeconds, Is.EqualTo(5));
            Assert.That(connect.CleanStart, Is.False);
            Assert.That(connect.RequestProblemInformation, Is.True, "its default");
        });
    }

    [Test]
    public void A_publish_of_5_with_an_alias_an_expiry_and_a_user_property()
    {
        var bytes = Bytes("3B 19 00 03 'a/b' 00 0A 0F 23 00 07 02 00 00 00 09 26 00 01 'k' 00 01 'v' 'hi'");
        Assert.That(PacketFrame.TryRead(bytes, 1024, out var frame, out _), Is.EqualTo(DecodeStatus.Complete));

        Assert.That(PublishView.TryRead(frame, MqttProtocolVersion.V500, PacketSender.Client, out var publish, out var fault), Is.True, fault.Detail);

        Assert.That(Encoding.UTF8.GetString(publish.Topic), Is.EqualTo("a/b"));
        Assert.That(Encoding.UTF8.GetString(publish.Payload), Is.EqualTo("hi"));
        Assert.That(
            (publish.PacketIdentifier, publish.QualityOfService, publish.Duplicate, publish.Retain, publish.TopicAlias, publish.MessageExpirySeconds),
            Is.EqualTo(((ushort)10, QualityOfService.AtLeastOnce, true, true, (ushort)7, (uint?)9)));
        Assert.That(publish.PropertiesAreForwardable, Is.False);

        Span<byte> forwarded = new byte[PublishProperties.GetForwardedSize(publish.Properties, 4, [300])];
        PublishProperties.WriteForwarded(forwarded, publish.Properties, 4, [300]);
        Assert.That(forwarded.ToArray(), Is.EqualTo(Bytes("02 00 00 00 04 0B AC 02 26 00 01 'k' 00 01 'v'")));
    }

    [TestCase("20 02 01 00", MqttProtocolVersion.V311, ReasonCode.Success, true)]
    [TestCase("20 02 00 04", MqttProtocolVersion.V311, ReasonCode.BadUserNameOrPassword, false)]
    [TestCase("20 03 00 87 00", MqttProtocolVersion.V500, ReasonCode.NotAuthorized, false)]
    public void A_connack_says_the_same_in_both_versions(string packet, MqttProtocolVersion version, ReasonCode reason, bool sessionPresent)
    {
        PacketFrame.TryRead(Bytes(packet), 1024, out var frame, out _);

        Assert.That(ConnAckPacket.TryRead(frame, version, out var connAck, out _), Is.True);

        Assert.That((connAck!.ReasonCode, connAck.SessionPresent), Is.EqualTo((reason, sessionPresent)));
        Assert.That(connAck.ToArray(version), Is.EqualTo(Bytes(packet)));
    }

    [Test]
    public void A_subscribe_of_5_has_its_options_apart()
    {
        PacketFrame.TryRead(Bytes("82 0A 00 01 02 0B 05 00 02 'a#' 1E"), 1024, out var frame, out _);

        Assert.That(SubscribePacket.TryRead(frame, MqttProtocolVersion.V500, out var subscribe, out _), Is.True);

        Assert.That(subscribe!.SubscriptionIdentifier, Is.EqualTo(5));
        Assert.That(
            subscribe.Subscriptions,
            Is.EqualTo(new[] { new SubscriptionRequest("a#", QualityOfService.ExactlyOnce, true, true, RetainHandling.SendIfNew) }),
            "also a filter that is none: SUBACK says so");
    }

    [TestCase(MqttProtocolVersion.V311, "90 04 00 01 01 80")]
    [TestCase(MqttProtocolVersion.V500, "90 05 00 01 00 01 8F")]
    public void A_suback_of_3_1_1_knows_one_failure(MqttProtocolVersion version, string expected)
    {
        var packet = new SubscribeAcknowledgementPacket(PacketType.SubAck)
        {
            PacketIdentifier = 1,
            ReasonCodes = [ReasonCode.GrantedQualityOfService1, ReasonCode.TopicFilterInvalid],
        };

        Assert.That(packet.ToArray(version), Is.EqualTo(Bytes(expected)));
    }

    [TestCase("40 02 00 05")]
    [TestCase("40 03 00 05 00")]
    [TestCase("40 04 00 05 00 00")]
    public void A_successful_puback_of_5_may_leave_out_what_is_default(string packet)
    {
        PacketFrame.TryRead(Bytes(packet), 1024, out var frame, out _);

        Assert.That(Acknowledgement.TryRead(frame, MqttProtocolVersion.V500, out var acknowledgement, out _), Is.True);
        Assert.That((acknowledgement.PacketIdentifier, acknowledgement.ReasonCode), Is.EqualTo(((ushort)5, ReasonCode.Success)));
    }

    [Test]
    public void A_field_of_ours_that_is_too_long_is_our_error() =>
        Assert.That(
            () => new ConnectPacket { ClientIdentifier = new string('x', 65_536) }.GetSize(MqttProtocolVersion.V500),
            Throws.ArgumentException);
}
