using System.Buffers;

namespace Roost.Shadow.Store;

/// <summary>
/// The times of a document's leaves in few bytes: each as its distance from the one before (the first from 0), zigzag and in groups
/// of seven bits, low first. A document written in one go takes about one byte a leaf.
/// </summary>
internal static class LeafTimes
{
    private const int MaxBytesEach = 10;

    public static byte[] Encode(List<long> times)
    {
        var bytes = new ArrayBufferWriter<byte>(times.Count + MaxBytesEach);
        var last = 0L;
        foreach (var time in times)
        {
            var distance = time - last;
            var rest = (ulong)(distance << 1) ^ (ulong)(distance >> 63);
            var span = bytes.GetSpan(MaxBytesEach);
            var written = 0;
            for (; rest >= 0x80; rest >>= 7)
            {
                span[written++] = (byte)(rest | 0x80);
            }

            span[written++] = (byte)rest;
            bytes.Advance(written);
            last = time;
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <returns>Null when the bytes end inside a number or a number is longer than 64 bits.</returns>
    public static List<long>? Decode(ReadOnlySpan<byte> bytes)
    {
        var times = new List<long>(bytes.Length);
        var last = 0L;
        for (var at = 0; at < bytes.Length;)
        {
            var value = 0UL;
            for (var shift = 0; ; shift += 7)
            {
                if (at == bytes.Length || shift > 63)
                {
                    return null;
                }

                var group = bytes[at++];
                value |= (ulong)(group & 0x7F) << shift;
                if (group < 0x80)
                {
                    break;
                }
            }

            last += (long)(value >> 1) ^ -(long)(value & 1);
            times.Add(last);
        }

        return times;
    }
}
