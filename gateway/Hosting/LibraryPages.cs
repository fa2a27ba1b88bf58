using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Roost.Gateway.Hosting;

/// <summary>
/// Lets go of pages of libraries that are mapped but not in use. Most of what a start has touched, and the fifteen pages about each of them that
/// the kernel maps along, nobody touches again. They stay in the kernel's cache; one that is used after all comes back by a fault without I/O.
/// </summary>
/// <remarks>
/// Only ranges that no write can have changed: private mappings of files without the right to write, which were there some time ago
/// already (while a library is loaded, its pages may be written to), and of which no page is the process's own.
/// </remarks>
internal static partial class LibraryPages
{
    private const int DontNeed = 4; // MADV_DONTNEED
    private const int BufferBytes = 16 * 1024; // a line has a path of 4 KiB at most

    /// <summary>The ranges of files that are mapped now, and that nobody may write to: lines of <c>/proc/self/maps</c>.</summary>
    public static HashSet<string> Mapped() => [.. File.ReadLines("/proc/self/maps").Where(IsUnwritable)];

    /// <summary>Lets the pages of those ranges go that are still mapped as they were.</summary>
    /// <param name="before">What was <see cref="Mapped"/> seconds ago or longer.</param>
    /// <returns>Bytes that were resident in them.</returns>
    public static long Release(HashSet<string> before)
    {
        using var details = new FileStream("/proc/self/smaps", FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var ranges = new Ranges(before);
        var buffer = new byte[BufferBytes]; // no string for each of some 20,000 lines: that garbage would be more than what goes
        var filled = 0;
        while (details.Read(buffer, filled, buffer.Length - filled) is > 0 and var read)
        {
            filled += read;
            var begin = 0;
            while (buffer.AsSpan(begin, filled - begin).IndexOf((byte)'\n') is >= 0 and var length)
            {
                ranges.Take(buffer.AsSpan(begin, length));
                begin += length + 1;
            }

            filled -= begin;
            buffer.AsSpan(begin, filled).CopyTo(buffer);
        }

        return ranges.Released;
    }

    private static bool IsUnwritable(string line)
    {
        var rights = line.IndexOf(' ', StringComparison.Ordinal) + 1;
        return line[rights + 1] == '-' && line[rights + 3] == 'p' && line.Contains('/', StringComparison.Ordinal);
    }

    [LibraryImport("libc")]
    private static partial int madvise(nuint address, nuint length, int advice);

    /// <summary>The lines of <c>/proc/self/smaps</c>, one after the other: of each range its line as in <c>maps</c>, then its figures.</summary>
    private sealed class Ranges(HashSet<string> before)
    {
        private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _before = before.GetAlternateLookup<ReadOnlySpan<char>>();
        private readonly char[] _text = new char[BufferBytes];
        private bool _isKnown;
        private nuint _begin;
        private nuint _end;
        private long _resident;

        public long Released { get; private set; }

        public void Take(ReadOnlySpan<byte> line)
        {
            if (line.IsEmpty)
            {
                return;
            }

            if (line[0] is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'f'))
            {
                Enter(_text.AsSpan(0, Encoding.UTF8.GetChars(line, _text)));
            }
            else if (_isKnown && line.StartsWith("Rss:"u8))
            {
                _resident = BytesOf(line);
            }
            else if (_isKnown && line.StartsWith("Anonymous:"u8) && _resident > 0 && BytesOf(line) == 0 && madvise(_begin, _end - _begin, DontNeed) == 0)
            {
                Released += _resident;
            }
        }

        private void Enter(ReadOnlySpan<char> line)
        {
            _isKnown = _before.Contains(line);
            if (_isKnown)
            {
                var dash = line.IndexOf('-');
                _begin = nuint.Parse(line[..dash], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                _end = nuint.Parse(line[(dash + 1)..line.IndexOf(' ')], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            }
        }

        /// <summary>Of a line like <c>Rss:     12 kB</c>.</summary>
        private static long BytesOf(ReadOnlySpan<byte> line) =>
            Utf8Parser.TryParse(line[(line.IndexOf((byte)':') + 1)..].TrimStart((byte)' '), out long kibibytes, out _) ? kibibytes * 1024 : 0;
    }
}
