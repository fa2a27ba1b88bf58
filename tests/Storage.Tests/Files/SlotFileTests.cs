using Roost.Storage.Files;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Files;

public sealed class SlotFileTests
{
    private const int Capacity = 100;

    private TemporaryFolder _folder = null!;

    private string Path => _folder["slots"];

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void What_was_written_last_is_read_back_after_each_write()
    {
        for (byte i = 0; i < 10; i++)
        {
            using (var file = Open())
            {
                Assert.That(file.Document.ToArray(), Is.EqualTo(Enumerable.Repeat(i, i)));
                file.Write(Enumerable.Repeat((byte)(i + 1), i + 1).ToArray());
            }
        }
    }

    [Test]
    public void A_write_that_was_torn_at_any_byte_leaves_the_document_before()
    {
        using (var file = Open())
        {
            file.Write([1, 1, 1]);
            file.Write([2, 2, 2]);
        }

        var before = File.ReadAllBytes(Path);
        using (var file = Open())
        {
            file.Write([3, 3, 3]);
        }

        var after = File.ReadAllBytes(Path);
        for (var written = 0; written <= 23; written++)
        {
            File.WriteAllBytes(Path, [.. after[..written], .. before[written..]]);
            using var file = Open();
            Assert.That(file.Document.ToArray(), Is.EqualTo(written < 23 ? new byte[] { 2, 2, 2 } : [3, 3, 3]), $"{written} bytes of it");
        }
    }

    [Test]
    public void A_bit_that_turned_is_never_read_as_a_document()
    {
        using (var file = Open())
        {
            file.Write([1, 2, 3]);
        }

        var sound = File.ReadAllBytes(Path);
        for (var bit = 0; bit < 23 * 8; bit++)
        {
            var bytes = sound.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(Path, bytes);
            Assert.That(Open, Throws.InstanceOf<InvalidDataException>().With.Message.Contains(Path), $"bit {bit}");
        }
    }

    [Test]
    public void A_document_that_does_not_fit_is_refused_and_the_one_before_stands()
    {
        using var file = Open();
        file.Write([1]);
        Assert.That(() => file.Write(new byte[Capacity + 1]), Throws.ArgumentException);
        Assert.That(file.Document.ToArray(), Is.EqualTo(new byte[] { 1 }));
    }

    private SlotFile Open() => SlotFile.Open(Path, Capacity, sync: false);
}
