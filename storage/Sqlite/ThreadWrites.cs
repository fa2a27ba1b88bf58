using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Roost.Storage.Sqlite;

/// <summary>Bytes that one thread has handed to the kernel, by the kernel's account (/proc/thread-self/io, proc_pid_io(5)). For the thread that opened it.</summary>
internal sealed class ThreadWrites : IDisposable
{
    private readonly SafeFileHandle? _account;
    private readonly byte[] _text = new byte[512]; // it has seven lines, of at most 45 bytes

    /// <summary>Of the calling thread.</summary>
    public ThreadWrites()
    {
        try
        {
            _account = File.OpenHandle("/proc/thread-self/io");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A kernel without it: then nobody knows.
        }
    }

    /// <summary>With every write call so far; null where the kernel does not tell.</summary>
    public long? Bytes
    {
        get
        {
            try
            {
                return _account is null ? null : Find(_text.AsSpan(0, RandomAccess.Read(_account, _text, fileOffset: 0)));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    public void Dispose() => _account?.Dispose();

    private static long? Find(ReadOnlySpan<byte> account)
    {
        var label = "wchar: "u8;
        return account.IndexOf(label) is var at and >= 0 && Utf8Parser.TryParse(account[(at + label.Length)..], out long bytes, out _) ? bytes : null;
    }
}
