using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Roost.LocalLambda.RuntimeApi;

/// <summary>Takes listening sockets that the launcher in a sandbox passes as descriptors (SCM_RIGHTS), one a message, each with its name.</summary>
internal static partial class ListenerHandOver
{
    private const int MaxNameBytes = 32;
    private const int DoNotWait = 0x40; // MSG_DONTWAIT
    private const int CloseOnExec = 0x40000000; // MSG_CMSG_CLOEXEC
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int Rights = 1; // SCM_RIGHTS
    private static readonly byte[] Taken = [1];

    /// <exception cref="SocketException">The other end has gone, or sent no descriptor.</exception>
    public static async Task<(string Name, Socket Listener)> ReceiveAsync(Socket connection)
    {
        await connection.ReceiveAsync(Memory<byte>.Empty); // until there is something to read
        var (name, descriptor) = Receive((int)connection.SafeHandle.DangerousGetHandle());
        var listener = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        await connection.SendAsync(Taken);
        return (name, listener);
    }

    private static unsafe (string Name, nint Descriptor) Receive(int connection)
    {
        // One descriptor finds room; what else came with it is closed by the kernel.
        var headerSize = sizeof(nuint) + (2 * sizeof(int));
        var control = stackalloc byte[headerSize + sizeof(nuint)];
        var name = stackalloc byte[MaxNameBytes];
        var vector = new Vector { Base = name, Length = MaxNameBytes };
        var message = new Message { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = (nuint)(headerSize + sizeof(nuint)) };
        var count = ReceiveMessage(connection, &message, DoNotWait | CloseOnExec);
        if (count <= 0)
        {
            throw new SocketException(count == 0 ? (int)SocketError.ConnectionReset : Marshal.GetLastPInvokeError());
        }

        var isDescriptor = message.ControlLength >= (nuint)(headerSize + sizeof(int)) && *(int*)(control + sizeof(nuint)) == SocketLevel && *(int*)(control + sizeof(nuint) + sizeof(int)) == Rights;
        return isDescriptor ? (Encoding.ASCII.GetString(name, (int)count), *(int*)(control + headerSize)) : throw new SocketException((int)SocketError.ProtocolNotSupported);
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static unsafe partial nint ReceiveMessage(int socket, Message* message, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Vector // struct iovec
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Message // struct msghdr
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
