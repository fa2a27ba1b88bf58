using FsCheck;
using FsCheck.Fluent;
using Roost.Mqtt;
using Roost.Streams.Records;

namespace Roost.Streams.Tests.Records;

public sealed class RecordHeadersTests
{
    [Test]
    public void What_is_encoded_is_decoded() =>
        Prop.ForAll<byte, Tuple<NonNull<string>, NonNull<string>>[]>((flags, pairs) =>
        {
            // UTF-16 that is no text does not survive UTF-8, here as on the wire.
            var headers = pairs.Select(pair => new UserProperty(Text(pair.Item1.Get), Text(pair.Item2.Get))).ToList();

            var sound = RecordHeaders.TryDecode(RecordHeaders.Encode(flags, headers), out var flagsBack, out var headersBack);

            return sound && flagsBack == flags && headersBack.SequenceEqual(headers);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Any_bytes_are_read_or_refused_and_never_thrown_at() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            RecordHeaders.TryDecode(bytes, out _, out _);
            RecordHeaders.TryDecode([RecordHeaders.Version, .. bytes], out _, out _);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_block_that_is_cut_anywhere_in_a_pair_is_refused()
    {
        var block = RecordHeaders.Encode(0, [new UserProperty("name", "value")]);

        for (var length = 3; length < block.Length; length++)
        {
            Assert.That(RecordHeaders.TryDecode(block.AsSpan(0, length), out _, out _), Is.False, $"{length} bytes");
        }
    }

    [Test]
    public void The_format_on_disk_is_as_documented()
    {
        var block = RecordHeaders.Encode(RecordHeaders.KeyIsTopic | RecordHeaders.PayloadIsUtf8, [new UserProperty("a", "bc")]);

        Assert.That(Convert.ToHexString(block), Is.EqualTo("01030001610002" + "6263"));
        Assert.That(RecordHeaders.Encode(0, null), Is.Empty);
        Assert.That(Convert.ToHexString(RecordHeaders.TopicOnly), Is.EqualTo("0101"));
    }

    private static string Text(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
