using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Roost.Gateway.Http;

/// <summary>
/// Who is at the other end of a unix socket, by the kernel's word (socket(7), SO_PEERCRED). The file's mode keeps others out already;
/// this holds also when somebody has widened the mode of the file or its folder.
/// </summary>
internal readonly partial record struct PeerCredentials(uint UserId, uint GroupId, uint[] Groups)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int SoPeerGroups = 59;
    private const int MaxGroups = 65_536; // NGROUPS_MAX

    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12]; // struct ucred: pid, uid, gid
        _ = socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return new(BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]), BinaryPrimitives.ReadUInt32LittleEndian(credentials[8..]), GroupsOf(socket));
    }

    /// <summary>Root, the daemon's own user, and the members of its group.</summary>
    public bool MayControl()
    {
        var group = EffectiveGroup();
        return UserId == 0 || UserId == EffectiveUser() || GroupId == group || Groups.Contains(group);
    }

    private static uint[] GroupsOf(Socket socket)
    {
        var bytes = new byte[MaxGroups * sizeof(uint)];
        try
        {
            return MemoryMarshal.Cast<byte, uint>(bytes.AsSpan(0, socket.GetRawSocketOption(SolSocket, SoPeerGroups, bytes))).ToArray();
        }
        catch (SocketException)
        {
            return []; // a peer without supplementary groups
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();
}
