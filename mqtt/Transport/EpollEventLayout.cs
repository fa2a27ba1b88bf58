using System.Runtime.InteropServices;

namespace Roost.Mqtt.Transport;

/// <summary>
/// Where the fields of <c>struct epoll_event</c> stand: 32 bits of events, then 64 bits of the caller's. The kernel packs it on x86-64
/// only (so that 32-bit programs see the same bytes); everywhere else the second field is aligned.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EpollEventLayout(int Size, int DataOffset)
{
    public static EpollEventLayout Of(Architecture architecture) =>
        architecture == Architecture.X64 ? new EpollEventLayout(12, 4) : new EpollEventLayout(16, 8);
}
