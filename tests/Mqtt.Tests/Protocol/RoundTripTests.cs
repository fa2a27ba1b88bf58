using FsCheck;
using FsCheck.Fluent;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Tests.Protocol;

[TestFixture(MqttProtocolVersion.V311)]
[TestFixture(MqttProtocolVersion.V500)]
public sealed class RoundTripTests(MqttProtocolVersion version)
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Test]
    public void Every_packet_is_read_as_it_was_written() =>
        Prop.ForAll((int seed) =>
        {
            var (bytes, sender) = new Some(seed).Packet(version);

            var status = Reading.TryRead(bytes, version, sender, out var again, out var fault);

            Assert.That((status, fault), Is.EqualTo((DecodeStatus.Complete, default(PacketFault))));
            Assert.That(again, Is.EqualTo(bytes));
        }).Check(s_config);

    [Test]
    public void Every_part_of_a_packet_asks_for_more_and_says_how_much_as_soon_as_it_can() =>
        Prop.ForAll((int seed) =>
        {
            var (bytes, _) = new Some(seed).Packet(version);
            var header = bytes.Length < 130 ? 2 : 3;
            for (var length = 0; length < bytes.Length; length++)
            {
                var status = PacketFrame.TryRead(bytes.AsSpan(0, length), int.MaxValue, out var frame, out _);
                Assert.That((status, frame.TotalBytes), Is.EqualTo((DecodeStatus.NeedMore, length < header ? 0 : bytes.Length)));
            }
        }).Check(s_config.WithMaxTest(200));

    [Test]
    public void Packets_that_arrive_together_are_told_apart() =>
        Prop.ForAll((int seed) =>
        {
            var some = new Some(seed);
            var packets = Enumerable.Range(0, 5).Select(_ => some.Packet(version).Bytes).ToList();
            ReadOnlySpan<byte> buffer = packets.SelectMany(packet => packet).ToArray();
            foreach (var packet in packets)
            {
                Assert.That(PacketFrame.TryRead(buffer, int.MaxValue, out var frame, out _), Is.EqualTo(DecodeStatus.Complete));
                Assert.That(buffer[..frame.TotalBytes].ToArray(), Is.EqualTo(packet));
                buffer = buffer[frame.TotalBytes..];
            }
        }).Check(s_config.WithMaxTest(500));

    [Test]
    public void A_message_keeps_its_properties_and_their_order() =>
        Prop.ForAll((int seed) =>
        {
            var some = new Some(seed);
            var message = some.Message(version);
            var bytes = new byte[MessageEncoder.GetSize(message, version)];
            MessageEncoder.Write(bytes, message, version, some.Identifier(), duplicate: false);

            PacketFrame.TryRead(bytes, int.MaxValue, out var frame, out _);
            Assert.That(PublishView.TryRead(frame, version, PacketSender.Client, out var publish, out _), Is.True);
            var properties = PublishProperties.Read(publish.Properties);

            Assert.Multiple(() =>
            {
                Assert.That(properties?.UserProperties ?? [], Is.EqualTo(message.Properties?.UserProperties ?? []));
                Assert.That(properties?.MessageExpiryInterval, Is.EqualTo(message.Properties?.MessageExpiryInterval));
                Assert.That(properties?.ContentType, Is.EqualTo(message.Properties?.ContentType));
                Assert.That(properties?.ResponseTopic, Is.EqualTo(message.Properties?.ResponseTopic));
                Assert.That(properties?.CorrelationData?.ToArray(), Is.EqualTo(message.Properties?.CorrelationData?.ToArray()));
                Assert.That(properties?.PayloadIsUtf8 ?? false, Is.EqualTo(message.Properties?.PayloadIsUtf8 ?? false));
            });
        }).Check(s_config);

    [Test]
    public void A_copy_of_an_encoded_publish_differs_only_in_what_is_the_receivers_own() =>
        Prop.ForAll((int seed) =>
        {
            var some = new Some(seed);
            var message = some.Message(version);
            var (identifier, duplicate, retain) = (some.Identifier(), some.Coin(), some.Coin());
            var fields = new PublishFields
            {
                Topic = System.Text.Encoding.UTF8.GetBytes(message.Topic.Value),
                Payload = message.Payload.Span,
                QualityOfService = message.QualityOfService,
            };
            var encoded = EncodedPublish.Create(new byte[PublishEncoder.GetSize(fields, version)], fields, version);
            var copy = new byte[encoded.Length];

            encoded.CopyTo(copy, identifier, duplicate && message.QualityOfService != QualityOfService.AtMostOnce, retain);

            PacketFrame.TryRead(copy, int.MaxValue, out var frame, out _);
            Assert.That(PublishView.TryRead(frame, version, PacketSender.Server, out var publish, out _), Is.True);
            Assert.That(publish.Payload.SequenceEqual(message.Payload.Span), Is.True);
            Assert.That(
                (publish.PacketIdentifier, publish.Duplicate, publish.Retain, publish.QualityOfService),
                Is.EqualTo((
                    message.QualityOfService != QualityOfService.AtMostOnce ? identifier : (ushort)0,
                    duplicate && message.QualityOfService != QualityOfService.AtMostOnce, retain, message.QualityOfService)));
        }).Check(s_config);
}
