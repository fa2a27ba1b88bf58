using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Roost.Cli.Daemon;

/// <summary>
/// Whose process listens behind a unix socket. One that was found in the current folder, and that nobody has named, may have been put there to hear passwords and tokens.
/// </summary>
internal static partial class SocketOwner
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int StatxBytes = 256; // struct statx, the same on every architecture
    private const int StatxUserOffset = 20;
    private const uint StatxUser = 8;
    private const int AtCurrentFolder = -100;

    /// <returns>Null for root, who runs this command, and the user of the installed daemon; else who it is instead.</returns>
    public static string? StrangerBehind(Socket connected)
    {
        Span<byte> credentials = stackalloc byte[12]; // struct ucred of who listens: pid, uid, gid
        _ = connected.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        var user = BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]);
        return user == 0 || user == GetEffectiveUser() || user == OwnerOf(Path.GetDirectoryName(DaemonAddress.SystemSocket)!) ? null : NameOf(user);
    }

    private static uint? OwnerOf(string path)
    {
        Span<byte> status = stackalloc byte[StatxBytes];
        return GetStatus(AtCurrentFolder, path, 0, StatxUser, status) == 0 ? MemoryMarshal.Read<uint>(status[StatxUserOffset..]) : null;
    }

    private static string NameOf(uint user)
    {
        var id = user.ToString(CultureInfo.InvariantCulture);
        var name = File.Exists("/etc/passwd") ? File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(account => account.Length > 2 && account[2] == id)?[0] : null;
        return name is null ? $"user {id}" : $"user {name} ({id})";
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int folder, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
