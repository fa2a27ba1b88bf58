using System.Runtime.InteropServices;

namespace Roost.Streams;

/// <summary>Which of a producer's records one is: what tells a repetition.</summary>
/// <param name="Producer">1 to 64 of <c>a-z A-Z 0-9 _ . : -</c>.</param>
/// <param name="Epoch">From 0. A producer that starts anew takes a higher one, and shuts out what still runs under the old.</param>
/// <param name="Sequence">From 0 in each epoch, one more with each record.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ProducerSequence(string Producer, long Epoch, long Sequence);
