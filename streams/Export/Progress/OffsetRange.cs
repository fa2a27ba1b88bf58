using System.Runtime.InteropServices;

namespace Roost.Streams.Export.Progress;

/// <summary>Offsets from <paramref name="First"/> to the one before <paramref name="Next"/>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OffsetRange(long First, long Next)
{
    public long Count => Next - First;
}
