using System.Runtime.InteropServices;

namespace Roost.Streams.Producers;

/// <summary>Records of one producer whose sequences and offsets both follow each other.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProducerRun(long Sequence, long Offset, long Count)
{
    public long NextSequence => Sequence + Count;

    public bool Holds(long sequence) => sequence >= Sequence && sequence < NextSequence;

    public long OffsetOf(long sequence) => Offset + (sequence - Sequence);
}
