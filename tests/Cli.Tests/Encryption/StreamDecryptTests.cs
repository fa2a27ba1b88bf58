using FsCheck;
using FsCheck.Fluent;
using Roost.Streams;
using Roost.Streams.Credentials;
using Roost.Streams.Export.Encryption;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Encryption;

/// <summary>What an export encrypts, and what somebody may have done to it on the way.</summary>
public sealed class StreamDecryptTests
{
    private const int Chunk = EncryptingStream.ChunkBytes;
    private const int HeaderBytes = 10 + 4 + 4 + 60; // with a name of four letters

    private TemporaryFolder _folder = null!;
    private string _key = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _key = KeyFile("export.key", 0x42);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(Chunk - 1)]
    [TestCase(Chunk)]
    [TestCase(Chunk + 1)]
    [TestCase(3 * Chunk)]
    public async Task What_was_encrypted_comes_out_again(int length)
    {
        var plain = Content(length);

        var run = await DecryptAsync(Encrypt(plain), _key);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(run.Bytes, Is.EqualTo(plain));
    }

    [Test]
    public void Content_written_in_any_pieces_comes_out_whole() => Prop.ForAll<NonNegativeInt[]>(pieces =>
    {
        var lengths = pieces.Select(piece => piece.Get * 997 % (2 * Chunk)).Take(8).ToList();
        var plain = Content(lengths.Sum());
        var output = new MemoryStream();
        using (var encrypting = new EncryptingStream(output, Key()))
        {
            var at = 0;
            foreach (var length in lengths)
            {
                encrypting.Write(plain, at, length);
                at += length;
            }

            encrypting.Complete();
        }

        return DecryptAsync(output.ToArray(), _key).GetAwaiter().GetResult().Bytes.AsSpan().SequenceEqual(plain);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void A_bit_that_was_flipped_anywhere_is_told_and_nothing_false_comes_out()
    {
        var plain = Content((2 * Chunk) + 100);
        var encrypted = Encrypt(plain);
        Prop.ForAll<NonNegativeInt, NonNegativeInt>((place, bit) =>
        {
            byte[] changed = [.. encrypted];
            var at = place.Get % 2 == 0 ? place.Get % HeaderBytes : place.Get * 7919 % changed.Length; // the header every second time
            changed[at] ^= (byte)(1 << (bit.Get % 8));
            var run = DecryptAsync(changed, _key).GetAwaiter().GetResult();
            return run.ExitCode == ExitCode.Failed && plain.AsSpan().StartsWith(run.Bytes) && run.Bytes.Length < plain.Length;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public async Task An_object_that_was_cut_off_is_told_wherever_it_was()
    {
        var encrypted = Encrypt(Content(2 * Chunk));
        int[] ends = [0, 5, 12, HeaderBytes - 1, HeaderBytes, HeaderBytes + 1, HeaderBytes + 16, HeaderBytes + Chunk + 16, HeaderBytes + Chunk + 17, encrypted.Length - 1];
        foreach (var end in ends)
        {
            Assert.That((await DecryptAsync(encrypted[..end], _key)).ExitCode, Is.EqualTo(ExitCode.Failed), $"cut off at {end}");
        }
    }

    [Test]
    public async Task Chunks_that_were_added_exchanged_or_are_another_objects_are_told()
    {
        var encrypted = Encrypt(Content(3 * Chunk));
        var (header, first, second, third) = Parts(encrypted);
        var (_, _, other, _) = Parts(Encrypt(Content(3 * Chunk)));
        byte[][] forged =
        [
            [.. encrypted, 0],
            [.. encrypted, .. third],
            [.. header, .. second, .. first, .. third],
            [.. header, .. first, .. third],
            [.. header, .. first, .. other, .. third],
            [.. header, .. third],
        ];
        foreach (var changed in forged)
        {
            Assert.That((await DecryptAsync(changed, _key)).ExitCode, Is.EqualTo(ExitCode.Failed));
        }
    }

    [Test]
    public async Task A_wrong_key_is_told_with_the_name_of_the_right_one()
    {
        var other = KeyFile("other.key", 0x43);

        var run = await DecryptAsync(Encrypt([1, 2, 3]), other);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.Error, Does.Contain("encrypted with the key '2026', which is none of those given"));
        Assert.That((await DecryptAsync(Encrypt([1, 2, 3]), other, _key)).Bytes, Is.EqualTo(new byte[] { 1, 2, 3 }), "with both");
    }

    [Test]
    public async Task A_key_may_be_bytes_or_base64_and_nothing_else()
    {
        var raw = _folder["raw.key"];
        await File.WriteAllBytesAsync(raw, Enumerable.Repeat((byte)0x42, 32).ToArray());
        await File.WriteAllTextAsync(_folder["no.key"], "secret");

        Assert.That((await DecryptAsync(Encrypt([7]), raw)).Bytes, Is.EqualTo(new byte[] { 7 }));
        Assert.That((await DecryptAsync(Encrypt([7]), _folder["no.key"])).Error, Does.Contain("holds no key").And.Not.Contain("secret"));
        Assert.That((await DecryptAsync(Encrypt([7]), _folder["absent.key"])).Error, Does.StartWith("roost: cannot read the key in "));
    }

    [Test]
    public async Task What_is_not_encrypted_is_not_taken_for_it()
    {
        var run = await DecryptAsync([0x1F, 0x8B, .. Content(1000)], _key);

        Assert.That(run.Error, Does.Contain("it was not encrypted by an export of Roost"));
        Assert.That(run.Bytes, Is.Empty);
    }

    [Test]
    public async Task Nothing_is_written_to_a_terminal()
    {
        var run = await RoostRun.RunAsync(["stream", "decrypt", "--key", _key], bytesIn: Encrypt([1]), interactive: true);

        Assert.That((run.ExitCode, run.Bytes.Length), Is.EqualTo((ExitCode.Failed, 0)));
    }

    [Test]
    public async Task The_example_on_the_page_of_the_format_can_be_decrypted()
    {
        var page = await File.ReadAllLinesAsync(Path.Combine(SourceTree.Root, "docs/formats/encrypted-object.md"));
        var example = Convert.FromHexString(string.Concat(page.SkipWhile(line => line != "## Example").Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line.Trim())));

        Assert.That((await DecryptAsync(example, _key)).Bytes, Is.EqualTo("hello"u8.ToArray()));
    }

    private static Task<RoostRun> DecryptAsync(byte[] encrypted, params string[] keys) =>
        RoostRun.RunAsync(["stream", "decrypt", .. keys.SelectMany(key => new[] { "--key", key })], bytesIn: encrypted);

    private static byte[] Content(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }

    private ExportKey Key() => ExportKey.Read(new ExportEncryptionOptions { KeyFile = _key, KeyId = "2026" }, new NoStreamSecrets());

    private byte[] Encrypt(byte[] plain)
    {
        var output = new MemoryStream();
        using var encrypting = new EncryptingStream(output, Key());
        encrypting.Write(plain);
        encrypting.Complete();
        return output.ToArray();
    }

    /// <summary>Of an object with three full chunks.</summary>
    private static (byte[] Header, byte[] First, byte[] Second, byte[] Third) Parts(byte[] encrypted)
    {
        const int Sealed = Chunk + 16;
        return (encrypted[..HeaderBytes], encrypted[HeaderBytes..(HeaderBytes + Sealed)], encrypted[(HeaderBytes + Sealed)..(HeaderBytes + (2 * Sealed))], encrypted[(HeaderBytes + (2 * Sealed))..]);
    }

    private string KeyFile(string name, byte value)
    {
        File.WriteAllText(_folder[name], Convert.ToBase64String(Enumerable.Repeat(value, 32).ToArray()) + "\n");
        return _folder[name];
    }
}
