namespace Roost.Mqtt.Connections;

/// <summary>
/// Byte arrays of the loop, by powers of two. A connection holds one only while it has bytes in it, so that idle connections hold none.
/// The loop's thread only: no locks, no thread-local copies.
/// </summary>
internal sealed class BufferPool
{
    public const int SmallestBytes = 4 * 1024;

    private const int SizeClasses = 10; // 4 KiB to 2 MiB; what is larger is left to the collector
    private const int KeptBytesPerClass = 4 * 1024 * 1024; // after a burst the rest goes back

    private readonly Stack<byte[]>[] _free = CreateStacks();

    /// <returns>At least <paramref name="minimumBytes"/>, with whatever was in it before.</returns>
    public byte[] Rent(int minimumBytes)
    {
        var size = SizeClassOf(minimumBytes);
        return size < SizeClasses && _free[size].TryPop(out var bytes)
            ? bytes
            : GC.AllocateUninitializedArray<byte>(size < SizeClasses ? SmallestBytes << size : minimumBytes);
    }

    public void Return(byte[] bytes)
    {
        var size = SizeClassOf(bytes.Length);
        if (size < SizeClasses && bytes.Length == SmallestBytes << size && (_free[size].Count + 1) * (long)bytes.Length <= KeptBytesPerClass)
        {
            _free[size].Push(bytes);
        }
    }

    private static int SizeClassOf(int bytes) =>
        bytes <= SmallestBytes ? 0 : 32 - int.LeadingZeroCount((bytes - 1) / SmallestBytes);

    private static Stack<byte[]>[] CreateStacks()
    {
        var stacks = new Stack<byte[]>[SizeClasses];
        for (var i = 0; i < SizeClasses; i++)
        {
            stacks[i] = new Stack<byte[]>();
        }

        return stacks;
    }
}
