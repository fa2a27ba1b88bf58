using System.Runtime.InteropServices;

namespace Roost.Mqtt.Transport;

/// <summary>The loop's one receive buffer, shared by all connections: what is in it is consumed before the next socket is read.</summary>
internal sealed unsafe class ReceiveBuffer : IDisposable
{
    /// <summary>128 KiB: fits the second-level cache, and a read of less than half of it leaves room for a carried packet in front.</summary>
    public const int Size = 128 * 1024;

    public byte* Pointer { get; } = (byte*)NativeMemory.Alloc(Size);

    public Span<byte> Bytes => new(Pointer, Size);

    public void Dispose() => NativeMemory.Free(Pointer);
}
