using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Roost.Gateway.Hosting;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Hosting;

[NonParallelizable]
public sealed partial class LibraryPagesTests
{
    private const int Page = 4096;
    private const int Read = 1;
    private const int ReadWrite = 3;
    private const int Private = 2;

    [Test]
    public void Pages_that_are_not_in_use_leave_the_process_which_goes_on_as_before()
    {
        var mapped = LibraryPages.Mapped();
        var before = ResidentOfFiles();

        var released = LibraryPages.Release(mapped);

        Assert.That(released, Is.GreaterThan(8 * 1024 * 1024), "the core library alone");
        Assert.That(ResidentOfFiles(), Is.LessThan(before - (released / 2)));
        Assert.That(Enumerable.Range(1, 100).Select(static number => number.ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal).Last(), Is.EqualTo("99"));
    }

    [Test]
    public void A_library_that_was_not_there_before_is_left_alone()
    {
        Assert.That(LibraryPages.Release(new HashSet<string>()), Is.Zero);
    }

    [Test]
    public void What_was_written_before_the_right_to_write_was_taken_away_stays()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "library");
        File.WriteAllBytes(path, new byte[2 * Page]);
        using var file = File.OpenHandle(path);
        var address = mmap(0, 2 * Page, ReadWrite, Private, file, 0);
        try
        {
            Marshal.WriteByte(address, 42); // a relocation, say
            Assert.That(mprotect(address, 2 * Page, Read), Is.Zero);
            Assert.That(LibraryPages.Mapped(), Has.Some.Contains(path));

            LibraryPages.Release(LibraryPages.Mapped());

            Assert.That(Marshal.ReadByte(address), Is.EqualTo(42));
        }
        finally
        {
            _ = munmap(address, 2 * Page);
        }
    }

    /// <summary>Bytes of mapped files in memory.</summary>
    private static long ResidentOfFiles()
    {
        var line = File.ReadLines("/proc/self/status").Single(static line => line.StartsWith("RssFile:", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, SafeFileHandle file, nint offset);

    [LibraryImport("libc")]
    private static partial int mprotect(nint address, nuint length, int protection);

    [LibraryImport("libc")]
    private static partial int munmap(nint address, nuint length);
}
