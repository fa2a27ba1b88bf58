using FsCheck;
using FsCheck.Fluent;
using Roost.Mqtt.Transport.WebSockets;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Transport;

public sealed class FrameDecoderTests
{
    [TestCase(2, true, false, 0, Description = "not masked")]
    [TestCase(2, true, true, 0x40, Description = "a reserved bit")]
    [TestCase(0, true, true, 0, Description = "a continuation of nothing")]
    [TestCase(3, true, true, 0, Description = "an unknown kind of data")]
    [TestCase(11, true, true, 0, Description = "an unknown kind of control")]
    [TestCase(9, false, true, 0, Description = "a control frame in parts")]
    public void A_frame_against_the_rules_ends_with_1002(int opcode, bool isFinal, bool isMasked, int reserved)
    {
        var decoder = new FrameDecoder();

        var length = decoder.Decode(WebSocketFrames.Frame(opcode, [1, 2, 3], isFinal, isMasked, reserved));

        Assert.That((length, decoder.End), Is.EqualTo((0, CloseCode.ProtocolError)));
    }

    [TestCase("82FE000100000000", Description = "one byte with a length of two bytes")]
    [TestCase("82FF000000000000FFFF00000000", Description = "65,535 bytes with a length of eight bytes")]
    [TestCase("82FF800000000000000000000000", Description = "a length with its sign bit")]
    [TestCase("89FE007E00000000", Description = "a ping of 126 bytes")]
    [TestCase("888100000000FF", Description = "a close with half a code")]
    public void A_length_against_the_rules_ends_with_1002(string hex)
    {
        var decoder = new FrameDecoder();
        decoder.Decode(Convert.FromHexString(hex));
        Assert.That(decoder.End, Is.EqualTo(CloseCode.ProtocolError));
    }

    [TestCase(1000, CloseCode.Normal)]
    [TestCase(3001, CloseCode.Normal)]
    [TestCase(1005, CloseCode.ProtocolError)]
    [TestCase(999, CloseCode.ProtocolError)]
    [TestCase(5000, CloseCode.ProtocolError)]
    public void A_close_is_answered_by_what_its_code_deserves(int code, object expected)
    {
        var decoder = new FrameDecoder();
        decoder.Decode(WebSocketFrames.Close(code, "bye"));
        Assert.That(decoder.End, Is.EqualTo(expected));
    }

    [Test]
    public void A_reason_that_is_no_UTF_8_is_told_so()
    {
        var decoder = new FrameDecoder();
        decoder.Decode(WebSocketFrames.Frame(8, [0x03, 0xE8, 0xC0, 0x80]));
        Assert.That(decoder.End, Is.EqualTo(CloseCode.InvalidText));
    }

    [Test]
    [Spec("MQTT-6.0.0-1")]
    public void A_text_message_is_not_taken()
    {
        var decoder = new FrameDecoder();
        decoder.Decode(WebSocketFrames.Frame(1, "hi"u8.ToArray()));
        Assert.That(decoder.End, Is.EqualTo(CloseCode.UnsupportedData));
    }

    [Test]
    public void Two_messages_may_not_be_mixed()
    {
        var decoder = new FrameDecoder();
        decoder.Decode([.. WebSocketFrames.Frame(2, [1], isFinal: false), .. WebSocketFrames.Frame(2, [2])]);
        Assert.That(decoder.End, Is.EqualTo(CloseCode.ProtocolError));
    }

    [Test]
    [Spec("MQTT-6.0.0-2")]
    public void Payloads_come_out_the_same_however_they_are_framed_and_split()
    {
        var frames = Gen.Choose(0, 300).SelectMany(size => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(size)).ListOf();
        var cases = frames.SelectMany(payloads => Gen.Choose(1, 97).Select(step => (Payloads: payloads.ToArray(), Step: step)));
        Prop.ForAll(Arb.From(cases), one =>
        {
            var bytes = new List<byte>();
            for (var i = 0; i < one.Payloads.Length; i++)
            {
                bytes.AddRange(WebSocketFrames.Frame(i == 0 ? 2 : 0, one.Payloads[i], isFinal: i == one.Payloads.Length - 1));
                bytes.AddRange(i % 2 == 0 ? WebSocketFrames.Frame(9, [(byte)i]) : []); // control frames may come between
            }

            var decoder = new FrameDecoder();
            var decoded = new List<byte>();
            foreach (var piece in bytes.Chunk(one.Step))
            {
                decoded.AddRange(piece[..decoder.Decode(piece)]);
            }

            return decoder.End == CloseCode.None && decoded.SequenceEqual(one.Payloads.SelectMany(static payload => payload));
        }).QuickCheckThrowOnFailure();
    }
}
