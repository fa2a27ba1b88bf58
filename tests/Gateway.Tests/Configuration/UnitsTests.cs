using FsCheck;
using FsCheck.Fluent;
using Roost.Gateway.Configuration;
using Roost.Storage;

namespace Roost.Gateway.Tests.Configuration;

public sealed class UnitsTests
{
    [Test]
    public void A_size_reads_back_as_it_was_written() =>
        Prop.ForAll<long>(number => ByteSize.TryParse(ByteSize.Format(Math.Abs(number % long.MaxValue)), out var read) && read == Math.Abs(number % long.MaxValue)).QuickCheckThrowOnFailure();

    [Test]
    public void A_duration_reads_back_as_it_was_written() =>
        Prop.ForAll<int>(number =>
        {
            var duration = TimeSpan.FromMilliseconds(Math.Abs((long)number));
            return Duration.TryParse(Duration.Format(duration), out var read) && read == duration;
        }).QuickCheckThrowOnFailure();

    [TestCase("500ms", 500)]
    [TestCase("30s", 30_000)]
    [TestCase("5m", 300_000)]
    [TestCase("2h", 7_200_000)]
    [TestCase("7d", 604_800_000)]
    [TestCase("0", 0)]
    [TestCase("1 s", 1_000)]
    public void Durations_are_read(string text, long milliseconds)
    {
        Assert.That(Duration.TryParse(text, out var duration), Is.True);
        Assert.That(duration, Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [TestCase("30")]
    [TestCase("s")]
    [TestCase("-1s")]
    [TestCase("1.5s")]
    [TestCase("1h30m")]
    [TestCase("99999999999999999d")]
    [TestCase("")]
    public void What_is_no_duration_is_refused(string text) => Assert.That(Duration.TryParse(text, out _), Is.False);

    [TestCase("MaxPacketBytes", "max-packet")]
    [TestCase("KeepAliveMax", "keep-alive-max")]
    [TestCase("Bytes", "bytes")]
    [TestCase("ClientCA", "client-ca")]
    [TestCase("S3", "s3")]
    [TestCase("PowerLoss", "power-loss")]
    public void Keys_are_kebab_case_without_the_unit(string property, string key) => Assert.That(KeyName.Of(property), Is.EqualTo(key));
}
