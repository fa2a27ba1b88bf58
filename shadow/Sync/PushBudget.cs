namespace Roost.Shadow.Sync;

/// <summary>
/// Bounds the memory for documents that the cloud has sent and that wait for their turn. What does not fit is forgotten, and asked for
/// when its turn comes. Any thread.
/// </summary>
internal sealed class PushBudget
{
    public const long MaxBytes = 4 * 1024 * 1024;

    // A tree in memory takes a few times its text.
    private const int BytesForOne = 4;
    private const int FlatBytes = 512;
    private long _taken;

    public bool TryTake(UpstreamMessage documents)
    {
        if (Interlocked.Add(ref _taken, SizeOf(documents)) <= MaxBytes)
        {
            return true;
        }

        Give(documents);
        return false;
    }

    public void Give(UpstreamMessage documents) => Interlocked.Add(ref _taken, -SizeOf(documents));

    private static long SizeOf(UpstreamMessage documents) => FlatBytes + (BytesForOne * (long)(documents.Side?.State?.JsonBytes ?? 0));
}
