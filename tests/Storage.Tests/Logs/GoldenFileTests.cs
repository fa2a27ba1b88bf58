using NUnit.Framework;
using Roost.Storage.Files;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

/// <summary>What was written once is read for ever: the examples of docs/formats.</summary>
public sealed class GoldenFileTests
{
    private const string Log =
        "524f4f53544c4f470100000039 66b128 0000000000000000 00000000 a4045654" +
        "28000000c161a6750000000000000000 29b7d892c447df08 20000000 0100 00000000 6b 68656c6c6f" +
        "feffffff5c8f70d9480000000100000000000000";

    private const string FirstSlot = "52435552 14977cb0 0100000000000000 0000000000000000";
    private const string SecondSlot = "52435552 c08ab8ea 0200000000000000 0100000000000000";

    [Test]
    public async Task Version_1_of_a_log_is_read()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["00000000000000000000.log"], Bytes(Log));
        await using var log = Some.Log(folder.Path);
        using var reader = log.OpenReader(0);
        Assert.That(reader.TryRead(1, 1, out var records), Is.True);
        Assert.That(records![0].Key.ToArray(), Is.EqualTo("k"u8.ToArray()));
        Assert.That(records[0].Payload.ToArray(), Is.EqualTo("hello"u8.ToArray()));
        Assert.That(records[0].Timestamp.Ticks, Is.EqualTo(0x08df47c492d8b729));
        Assert.That(log.NextOffset, Is.EqualTo(1));
    }

    [Test]
    public async Task Version_1_of_a_cursor_is_read()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["cursors"]);
        await File.WriteAllBytesAsync(folder["00000000000000000000.log"], Bytes(Log));
        await File.WriteAllBytesAsync(folder["cursors/cloud.cursor"], [.. Bytes(FirstSlot), .. new byte[4096 - 24], .. Bytes(SecondSlot)]);
        await using var log = Some.Log(folder.Path);
        Assert.That(log.OpenCursor("cloud", 0).Committed, Is.EqualTo(1));
    }

    [Test]
    public void The_checksum_is_CRC_32C()
    {
        // RFC 3720, B.4
        Assert.That(Crc32C.Compute(0, new byte[32]), Is.EqualTo(0x8A9136AA));
        Assert.That(Crc32C.Compute(0, Enumerable.Repeat((byte)0xFF, 32).ToArray()), Is.EqualTo(0x62A8AB43));
        Assert.That(Crc32C.Compute(0, "123456789"u8), Is.EqualTo(0xE3069283));
        Assert.That(Crc32C.Compute(Crc32C.Compute(0, "1234"u8), "56789"u8), Is.EqualTo(0xE3069283));
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
