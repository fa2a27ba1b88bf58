using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Roost.Mqtt.Client.Queue;
using Roost.Mqtt.Protocol;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Tests.Client.Queue;

/// <summary>The bytes of <c>docs/formats/outgoing-queue.md</c>.</summary>
public sealed class QueueRecordTests
{
    private static readonly DateTimeOffset s_written = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void The_bytes_are_those_of_the_format_page()
    {
        var message = SomeMessage.Of("a/b", "x", QualityOfService.AtLeastOnce, new MqttMessageProperties
        {
            MessageExpiryInterval = TimeSpan.FromSeconds(60),
            UserProperties = [new UserProperty("k", "v")],
        }, retain: true);

        Assert.That(Convert.ToHexString(QueueRecord.KeyOf(message)), Is.EqualTo("612F62"));
        Assert.That(Convert.ToHexString(QueueRecord.HeadersOf(message)), Is.EqualTo("010502" + "0000003C" + "26" + "00016B" + "000176"));
    }

    [Test]
    public void Reading_gives_back_what_was_written() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<bool>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (payload, retain, number) =>
        {
            var text = $"{number.Get}é";
            var message = new MqttMessage
            {
                Topic = TopicName.Parse($"t/{text}"),
                Payload = payload,
                QualityOfService = retain ? QualityOfService.AtLeastOnce : QualityOfService.ExactlyOnce,
                Retain = retain,
                Properties = new MqttMessageProperties
                {
                    PayloadIsUtf8 = retain,
                    ContentType = text,
                    ResponseTopic = TopicName.Parse("r/" + text),
                    CorrelationData = payload,
                    UserProperties = [new UserProperty(text, ""), new UserProperty(text, "2")],
                },
            };

            var read = QueueRecord.Read(Record(message), "q", s_written)!;

            return Encode(read).SequenceEqual(Encode(message));
        }).QuickCheckThrowOnFailure();

    [TestCase(59, 1)]
    [TestCase(-100, 60, Description = "the clock was set back")]
    [TestCase(60, null)]
    [TestCase(1000, null)]
    public void The_lifetime_is_what_is_left_of_it(int secondsLater, int? expected)
    {
        var message = SomeMessage.Of("t", "x", properties: new MqttMessageProperties { MessageExpiryInterval = TimeSpan.FromSeconds(60) });

        var read = QueueRecord.Read(Record(message), "q", s_written.AddSeconds(secondsLater));

        Assert.That(read?.Properties!.MessageExpiryInterval?.TotalSeconds, Is.EqualTo(expected));
    }

    [Test]
    public void A_record_of_a_later_version_is_not_guessed_at()
    {
        var record = new LogRecord(7, s_written, "t"u8.ToArray(), new byte[] { 2, 1 }, default);

        Assert.That(() => QueueRecord.Read(record, "/q", s_written), Throws.TypeOf<InvalidDataException>().With.Message.Contains("Record 7").And.Message.Contains("/q"));
    }

    private static LogRecord Record(MqttMessage message) =>
        new(0, s_written, QueueRecord.KeyOf(message), QueueRecord.HeadersOf(message), message.Payload);

    private static byte[] Encode(MqttMessage message)
    {
        var bytes = new byte[MessageEncoder.GetSize(message, MqttProtocolVersion.V500)];
        MessageEncoder.Write(bytes, message, MqttProtocolVersion.V500, 1, duplicate: false);
        return bytes;
    }
}
