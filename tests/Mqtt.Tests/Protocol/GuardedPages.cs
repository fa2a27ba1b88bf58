using System.Runtime.InteropServices;

namespace Roost.Mqtt.Tests.Protocol;

/// <summary>Four pages to read and write, between two that may not be touched: a byte read outside ends the process.</summary>
internal sealed unsafe class GuardedPages : IDisposable
{
    private const int PageBytes = 4096;
    private const int Pages = 4;
    private const int None = 0, Read = 1, Write = 2, Private = 2, Anonymous = 0x20;

    private readonly byte* _pages;

    public GuardedPages()
    {
        _pages = MapPages(null, (Pages + 2) * PageBytes, Read | Write, Private | Anonymous, -1, 0);
        if (_pages == (byte*)-1 || Protect(_pages, PageBytes, None) != 0 || Protect(_pages + ((Pages + 1) * PageBytes), PageBytes, None) != 0)
        {
            throw new IOException($"mmap failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    public static int Capacity => Pages * PageBytes;

    /// <summary>The input where one byte too many is one outside; <paramref name="atTheEnd"/>: behind it, otherwise before it.</summary>
    public Span<byte> Place(ReadOnlySpan<byte> input, bool atTheEnd)
    {
        var place = new Span<byte>(_pages + PageBytes + (atTheEnd ? Capacity - input.Length : 0), input.Length);
        input.CopyTo(place);
        return place;
    }

    public void Dispose() => _ = Unmap(_pages, (Pages + 2) * PageBytes);

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static extern byte* MapPages(byte* address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static extern int Protect(byte* address, nint length, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(byte* address, nint length);
}
