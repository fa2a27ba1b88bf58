using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Roost.Gateway.Http;

/// <summary>
/// Who is at the other end of a unix socket, by the kernel's word (socket(7), SO_PEERCRED). The file's mode keeps others out already;
/// this holds also when somebody has widened the mode of the file or its folder.
/// </summary>
internal readonly partial record struct PeerCredentials(uint UserId, uint GroupId, Socket Socket)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int SoPeerGroups = 59;
    private const int UsualGroupsBytes = 1024;
    private const int MaxGroupsBytes = 65_536 * sizeof(uint); // NGROUPS_MAX

    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12]; // struct ucred: pid, uid, gid
        _ = socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return new(BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]), BinaryPrimitives.ReadUInt32LittleEndian(credentials[8..]), socket);
    }

    /// <summary>Root, the daemon's own user, and the members of its group. The list of groups is asked for only when nothing else decides.</summary>
    public bool MayControl()
    {
        var group = EffectiveGroup();
        return UserId == 0 || UserId == EffectiveUser() || GroupId == group || IsMember(group);
    }

    private bool IsMember(uint group)
    {
        for (var size = UsualGroupsBytes; size <= MaxGroupsBytes; size *= 4)
        {
            var bytes = ArrayPool<byte>.Shared.Rent(size);
            try
            {
                var length = Socket.GetRawSocketOption(SolSocket, SoPeerGroups, bytes);
                return MemoryMarshal.Cast<byte, uint>(bytes.AsSpan(0, length)).Contains(group);
            }
            catch (SocketException) when (size < MaxGroupsBytes)
            {
                // ERANGE, the list is longer; the runtime has no code of its own for it
            }
            catch (SocketException)
            {
                return false;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }

        return false;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();
}
