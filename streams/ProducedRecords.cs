using System.Runtime.InteropServices;

namespace Roost.Streams;

/// <summary>Where the records of a producer's batch are. Offsets have no hole from first to last, unless the daemon was killed within the batch the first time.</summary>
/// <param name="Duplicates">So many of them were there already.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ProducedRecords(long FirstOffset, long LastOffset, int Count, int Duplicates);
