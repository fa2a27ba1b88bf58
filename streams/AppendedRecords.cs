using System.Runtime.InteropServices;

namespace Roost.Streams;

/// <summary>Where an append ended up: offsets without a hole from first to last.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AppendedRecords(long FirstOffset, long LastOffset)
{
    public long Count => LastOffset - FirstOffset + 1;
}
