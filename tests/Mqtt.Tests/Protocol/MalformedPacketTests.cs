using Roost.Mqtt.Protocol;
using Roost.Tests.Support;
using static Roost.Mqtt.Tests.Protocol.Reading;

namespace Roost.Mqtt.Tests.Protocol;

/// <summary>Bytes that break one rule each, and the reason code an MQTT 5 peer is told. Text in quotes stands for its bytes.</summary>
public sealed class MalformedPacketTests
{
    private const MqttProtocolVersion V311 = MqttProtocolVersion.V311;
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;

    [Spec("MQTT-2.2.2-2")]
    [Spec("MQTT-2.1.3-1")]
    [TestCase("00 00", Description = "packet type 0")]
    [TestCase("11 00", Description = "CONNECT")]
    [TestCase("41 02 00 01", Description = "PUBACK")]
    [TestCase("60 02 00 01", Description = "PUBREL without 0010")]
    [TestCase("80 06 00 01 00 01 'a' 00", Description = "SUBSCRIBE without 0010")]
    [TestCase("A0 05 00 01 00 01 'a'", Description = "UNSUBSCRIBE without 0010")]
    [TestCase("C8 00", Description = "PINGREQ")]
    [TestCase("E1 00", Description = "DISCONNECT")]
    public void Reserved_header_bits_are_malformed(string packet) =>
        Assert.That(FaultOf(packet, V311), Is.EqualTo(ReasonCode.MalformedPacket));

    [Spec("MQTT-1.5.5-1")]
    [TestCase("30 FF FF FF FF", Description = "a fifth byte")]
    [TestCase("30 80 80 80 80 01", Description = "five bytes")]
    [TestCase("C0 80 00", Description = "0 in two bytes")]
    [TestCase("30 FF 80 00", Description = "127 in three bytes")]
    public void A_remaining_length_is_four_bytes_at_most_and_in_its_shortest_form(string packet) =>
        Assert.That(FaultOf(packet, V311), Is.EqualTo(ReasonCode.MalformedPacket));

    [Test]
    [Spec("MQTT-3.1.2-24")]
    public void A_packet_over_the_limit_is_refused_before_its_body_has_come()
    {
        var status = PacketFrame.TryRead(Bytes("30 FF FF FF 7F"), 1024, out _, out var fault);

        Assert.That((status, fault.ReasonCode), Is.EqualTo((DecodeStatus.Malformed, ReasonCode.PacketTooLarge)));
    }

    [Spec("MQTT-3.3.1-4")]
    [Spec("MQTT-3.3.1-2")]
    [TestCase("36 05 00 01 'a' 00 01", ReasonCode.MalformedPacket, Description = "QoS 3")]
    [TestCase("38 03 00 01 'a'", ReasonCode.MalformedPacket, Description = "DUP at QoS 0")]
    [TestCase("32 05 00 01 'a' 00 00", ReasonCode.ProtocolError, Description = "packet identifier 0")]
    [TestCase("32 04 00 01 'a' 00", ReasonCode.MalformedPacket, Description = "packet identifier cut short")]
    [TestCase("30 03 00 02 'a'", ReasonCode.MalformedPacket, Description = "topic cut short")]
    [TestCase("30 01 00", ReasonCode.MalformedPacket, Description = "topic length cut short")]
    [TestCase("30 02 00 00", ReasonCode.ProtocolError, Description = "no topic")]
    [TestCase("30 05 00 03 'a/+'", ReasonCode.TopicNameInvalid, Description = "[MQTT-3.3.2-2]")]
    [TestCase("30 03 00 01 '#'", ReasonCode.TopicNameInvalid, Description = "[MQTT-3.3.2-2]")]
    public void A_publish_that_breaks_a_rule_of_both_versions(string packet, ReasonCode reason) =>
        Assert.That(FaultOf(packet, V311), Is.EqualTo(reason));

    [Spec("MQTT-1.5.4-1")]
    [Spec("MQTT-1.5.4-2")]
    [Spec("MQTT-1.5.3-1")]
    [Spec("MQTT-1.5.3-2")]
    [TestCase("30 04 00 02 C0 80", Description = "overlong U+0000")]
    [TestCase("30 04 00 02 C1 A1", Description = "overlong a")]
    [TestCase("30 05 00 03 ED A0 80", Description = "a surrogate")]
    [TestCase("30 04 00 02 'a' 00", Description = "U+0000")]
    [TestCase("30 03 00 01 FF", Description = "no UTF-8 at all")]
    [TestCase("30 06 00 04 F4 90 80 80", Description = "above U+10FFFF")]
    public void Text_that_is_not_utf8_is_malformed(string packet) =>
        Assert.That(FaultOf(packet, V311), Is.EqualTo(ReasonCode.MalformedPacket));

    [TestCase("30 0A 00 01 'a' 07 02 00 00 00 01 01", ReasonCode.MalformedPacket, Description = "properties cut short")]
    [TestCase("30 06 00 01 'a' 02 01 02", ReasonCode.ProtocolError, Description = "Payload Format Indicator 2")]
    [TestCase("30 08 00 01 'a' 04 01 00 01 00", ReasonCode.ProtocolError, Description = "repeated property")]
    [TestCase("30 07 00 01 'a' 03 23 00 00", ReasonCode.TopicAliasInvalid, Description = "[MQTT-3.3.2-8]")]
    [TestCase("30 06 00 01 'a' 02 0B 01", ReasonCode.ProtocolError, Description = "[MQTT-3.3.4-6]")]
    [TestCase("30 09 00 01 'a' 05 11 00 00 00 01", ReasonCode.MalformedPacket, Description = "a property of another packet")]
    [TestCase("30 05 00 01 'a' 01 7F", ReasonCode.MalformedPacket, Description = "an unknown property")]
    [TestCase("30 09 00 01 'a' 05 08 00 02 'a+'", ReasonCode.ProtocolError, Description = "[MQTT-3.3.2-14]")]
    [TestCase("30 03 00 00 00", ReasonCode.ProtocolError, Description = "neither topic nor alias")]
    [TestCase("30 03 00 01 'a'", ReasonCode.MalformedPacket, Description = "no Property Length")]
    [TestCase("30 09 00 01 'a' 05 26 00 01 'n' 00", ReasonCode.MalformedPacket, Description = "half a User Property")]
    public void A_publish_that_breaks_a_rule_of_5(string packet, ReasonCode reason) =>
        Assert.That(FaultOf(packet, V500), Is.EqualTo(reason));

    [Test]
    [Spec("MQTT-3.3.4-6")]
    public void A_subscription_identifier_of_0_is_a_protocol_error_from_a_server_too() =>
        Assert.That(FaultOf("30 06 00 01 'a' 02 0B 00", V500, PacketSender.Server), Is.EqualTo(ReasonCode.ProtocolError));

    [Test]
    [Spec("MQTT-3.3.4-6")]
    public void A_server_may_send_several_subscription_identifiers() =>
        Assert.That(FaultOf("30 08 00 01 'a' 04 0B 01 0B 02", V500, PacketSender.Server), Is.Null);

    [Spec("MQTT-3.1.2-1")]
    [Spec("MQTT-3.1.2-2")]
    [TestCase("10 0C 00 04 'MQTX' 04 02 00 00 00 00", ReasonCode.MalformedPacket, Description = "another protocol")]
    [TestCase("10 0C 00 04 'mqtt' 04 02 00 00 00 00", ReasonCode.MalformedPacket, Description = "lower case")]
    [TestCase("10 0C 00 04 'MQTT' 03 02 00 00 00 00", ReasonCode.UnsupportedProtocolVersion, Description = "level 3")]
    [TestCase("10 0E 00 06 'MQIsdp' 03 02 00 00 00 00", ReasonCode.UnsupportedProtocolVersion, Description = "MQTT 3.1")]
    [TestCase("10 0D 00 04 'MQTT' 06 02 00 00 00 00 00", ReasonCode.UnsupportedProtocolVersion, Description = "level 6")]
    [TestCase("10 0C 00 04 'MQTT' 83 02 00 00 00 00", ReasonCode.UnsupportedProtocolVersion, Description = "level 3 of a bridge")]
    public void A_connect_of_another_protocol_is_told_so(string packet, ReasonCode reason) =>
        Assert.That(FaultOf(packet, V311), Is.EqualTo(reason));

    [Spec("MQTT-3.1.2-2")]
    [TestCase("10 0E 00 06 'MQIsdp' 03 02 00 00 00 00", V311)]
    [TestCase("10 0C 00 04 'MQTT' 03 02 00 00 00 00", V311)]
    [TestCase("10 0D 00 04 'MQTT' 06 02 00 00 00 00 00", V500)]
    [TestCase("10 0C 00 04 'HTTP' 04 02 00 00 00 00", null)]
    public void A_refused_connect_is_answered_in_the_version_that_it_comes_nearest_to(string packet, MqttProtocolVersion? version)
    {
        PacketFrame.TryRead(Bytes(packet), 1024, out var frame, out _);

        Assert.That(ConnectPacket.PeekVersion(frame), Is.EqualTo(version));
    }

    [Spec("MQTT-3.1.2-3")]
    [Spec("MQTT-3.1.2-11")]
    [Spec("MQTT-3.1.2-13")]
    [Spec("MQTT-3.1.2-14")]
    [Spec("MQTT-3.1.2-22")]
    [TestCase("10 0C 00 04 'MQTT' 04 03 00 00 00 00", Description = "reserved flag")]
    [TestCase("10 0C 00 04 'MQTT' 04 0A 00 00 00 00", Description = "Will QoS without a will")]
    [TestCase("10 0C 00 04 'MQTT' 04 22 00 00 00 00", Description = "Will Retain without a will")]
    [TestCase("10 11 00 04 'MQTT' 04 1E 00 00 00 00 00 01 'a' 00 00", Description = "Will QoS 3")]
    [TestCase("10 0F 00 04 'MQTT' 04 42 00 00 00 00 00 01 'p'", Description = "a password without a user name")]
    [TestCase("10 0C 00 04 'MQTT' 04 82 00 00 00 00", Description = "a user name that is not there")]
    [TestCase("10 0D 00 04 'MQTT' 04 02 00 00 00 00 FF", Description = "a byte too many")]
    [TestCase("10 0D 00 04 'MQTT' 04 02 00 00 00 01 FF", Description = "Client Identifier is no UTF-8")]
    [TestCase("10 0B 00 04 'MQTT' 04 02 00 00 00", Description = "Client Identifier cut short")]
    public void A_connect_with_wrong_flags_or_fields_is_malformed(string packet) =>
        Assert.That(FaultOf(packet, V311), Is.EqualTo(ReasonCode.MalformedPacket));

    [TestCase("10 10 00 04 'MQTT' 05 02 00 00 03 21 00 00 00 00", ReasonCode.ProtocolError, Description = "Receive Maximum 0")]
    [TestCase("10 12 00 04 'MQTT' 05 02 00 00 05 27 00 00 00 00 00 00", ReasonCode.ProtocolError, Description = "Maximum Packet Size 0")]
    [TestCase("10 0F 00 04 'MQTT' 05 02 00 00 02 17 02 00 00", ReasonCode.ProtocolError, Description = "Request Problem Information 2")]
    [TestCase("10 11 00 04 'MQTT' 05 02 00 00 04 16 00 01 'd' 00 00", ReasonCode.ProtocolError, Description = "Authentication Data without a method")]
    [TestCase("10 13 00 04 'MQTT' 05 02 00 00 06 21 00 01 21 00 01 00 00", ReasonCode.ProtocolError, Description = "Receive Maximum twice")]
    [TestCase("10 10 00 04 'MQTT' 05 02 00 00 03 23 00 01 00 00", ReasonCode.MalformedPacket, Description = "Topic Alias in CONNECT")]
    [TestCase("10 14 00 04 'MQTT' 05 06 00 00 00 00 00 00 00 02 'a#' 00 00", ReasonCode.TopicNameInvalid, Description = "a will for a filter")]
    public void A_connect_of_5_with_wrong_properties(string packet, ReasonCode reason) =>
        Assert.That(FaultOf(packet, V500), Is.EqualTo(reason));

    [Test]
    public void A_password_without_a_user_name_is_allowed_in_5() =>
        Assert.That(FaultOf("10 10 00 04 'MQTT' 05 42 00 00 00 00 00 00 01 'p'", V500), Is.Null);

    [Spec("MQTT-3.8.3-3")]
    [Spec("MQTT-3.8.3-2")]
    [Spec("MQTT-3.8.3-4")]
    [Spec("MQTT-3.8.3-1")]
    [TestCase("82 02 00 01", V311, ReasonCode.ProtocolError, Description = "no filter")]
    [TestCase("82 03 00 01 00", V500, ReasonCode.ProtocolError, Description = "no filter")]
    [TestCase("82 06 00 00 00 01 'a' 00", V311, ReasonCode.ProtocolError, Description = "packet identifier 0")]
    [TestCase("82 06 00 01 00 01 'a' 03", V311, ReasonCode.MalformedPacket, Description = "QoS 3")]
    [TestCase("82 06 00 01 00 01 'a' 04", V311, ReasonCode.MalformedPacket, Description = "No Local in 3.1.1")]
    [TestCase("82 07 00 01 00 00 01 'a' 40", V500, ReasonCode.MalformedPacket, Description = "reserved bits")]
    [TestCase("82 07 00 01 00 00 01 'a' 30", V500, ReasonCode.ProtocolError, Description = "Retain Handling 3")]
    [TestCase("82 0F 00 01 00 00 09 '$share/g/' 04", V500, ReasonCode.ProtocolError, Description = "No Local on a shared subscription")]
    [TestCase("82 05 00 01 00 01 'a'", V311, ReasonCode.MalformedPacket, Description = "no options")]
    [TestCase("82 06 00 01 00 01 FF 00", V311, ReasonCode.MalformedPacket, Description = "no UTF-8")]
    [TestCase("82 09 00 01 02 0B 00 00 01 'a' 00", V500, ReasonCode.ProtocolError, Description = "Subscription Identifier 0")]
    [TestCase("82 0B 00 01 04 0B 01 0B 02 00 01 'a' 00", V500, ReasonCode.ProtocolError, Description = "two Subscription Identifiers")]
    public void A_subscribe_that_breaks_a_rule(string packet, MqttProtocolVersion version, ReasonCode reason) =>
        Assert.That(FaultOf(packet, version), Is.EqualTo(reason));

    [Spec("MQTT-3.10.3-2")]
    [Spec("MQTT-3.10.3-1")]
    [TestCase("A2 02 00 01", ReasonCode.ProtocolError, Description = "no filter")]
    [TestCase("A2 05 00 00 00 01 'a'", ReasonCode.ProtocolError, Description = "packet identifier 0")]
    [TestCase("A2 04 00 01 00 01", ReasonCode.MalformedPacket, Description = "filter cut short")]
    public void An_unsubscribe_that_breaks_a_rule(string packet, ReasonCode reason) =>
        Assert.That(FaultOf(packet, V311), Is.EqualTo(reason));

    [Spec("MQTT-3.4.2-1")]
    [Spec("MQTT-3.6.2-1")]
    [TestCase("40 02 00 00", V311, ReasonCode.ProtocolError, Description = "packet identifier 0")]
    [TestCase("40 01 00", V311, ReasonCode.MalformedPacket, Description = "packet identifier cut short")]
    [TestCase("40 03 00 01 00", V311, ReasonCode.MalformedPacket, Description = "a reason code in 3.1.1")]
    [TestCase("40 03 00 01 92", V500, ReasonCode.ProtocolError, Description = "PUBREL's reason code in PUBACK")]
    [TestCase("62 03 00 01 10", V500, ReasonCode.ProtocolError, Description = "PUBACK's reason code in PUBREL")]
    [TestCase("40 05 00 01 00 00 00", V500, ReasonCode.MalformedPacket, Description = "bytes after the properties")]
    [TestCase("40 07 00 01 00 03 23 00 01", V500, ReasonCode.MalformedPacket, Description = "Topic Alias in PUBACK")]
    public void An_acknowledgement_that_breaks_a_rule(string packet, MqttProtocolVersion version, ReasonCode reason) =>
        Assert.That(FaultOf(packet, version), Is.EqualTo(reason));

    [Spec("MQTT-3.14.2-1")]
    [Spec("MQTT-3.14.2-2")]
    [TestCase("E0 01 00", V311, false, ReasonCode.MalformedPacket, Description = "a body in 3.1.1")]
    [TestCase("E0 00", V311, true, ReasonCode.MalformedPacket, Description = "a 3.1.1 server does not send it")]
    [TestCase("E0 01 8E", V500, false, ReasonCode.ProtocolError, Description = "a server's reason code")]
    [TestCase("E0 01 04", V500, true, ReasonCode.ProtocolError, Description = "a client's reason code")]
    [TestCase("E0 07 00 05 11 00 00 00 01", V500, true, ReasonCode.ProtocolError, Description = "a server's Session Expiry Interval")]
    [TestCase("F0 00", V311, false, ReasonCode.MalformedPacket, Description = "AUTH in 3.1.1")]
    [TestCase("F0 02 18 00", V500, false, ReasonCode.ProtocolError, Description = "AUTH without a method")]
    [TestCase("C0 01 00", V311, false, ReasonCode.MalformedPacket, Description = "PINGREQ with a body")]
    public void Other_packets_that_break_a_rule(string packet, MqttProtocolVersion version, bool fromServer, ReasonCode reason) =>
        Assert.That(FaultOf(packet, version, fromServer ? PacketSender.Server : PacketSender.Client), Is.EqualTo(reason));

    [Spec("MQTT-3.2.2-1")]
    [Spec("MQTT-3.2.2-4")]
    [Spec("MQTT-3.9.3-2")]
    [TestCase("20 02 02 00", V311, ReasonCode.MalformedPacket, Description = "reserved flags of CONNACK")]
    [TestCase("20 02 01 05", V311, ReasonCode.ProtocolError, Description = "session present and refused")]
    [TestCase("20 02 00 06", V311, ReasonCode.MalformedPacket, Description = "unknown return code")]
    [TestCase("20 03 00 18 00", V500, ReasonCode.ProtocolError, Description = "AUTH's reason code in CONNACK")]
    [TestCase("90 03 00 01 03", V311, ReasonCode.ProtocolError, Description = "QoS 3 granted")]
    [TestCase("90 02 00 01", V311, ReasonCode.MalformedPacket, Description = "SUBACK without return codes")]
    [TestCase("B0 03 00 01 00", V311, ReasonCode.MalformedPacket, Description = "UNSUBACK with a reason code in 3.1.1")]
    public void A_servers_answer_that_breaks_a_rule(string packet, MqttProtocolVersion version, ReasonCode reason) =>
        Assert.That(FaultOf(packet, version, PacketSender.Server), Is.EqualTo(reason));
}
