namespace Roost.LocalLambda.Sources.Streams;

/// <summary>Which partition a key belongs to. Checkpoints rely on it: it is the same for ever.</summary>
internal static class KeyHash
{
    /// <summary>FNV-1a, 32 bits, over UTF-16 code units, low byte first.</summary>
    public static int PartitionOf(string key, int partitions)
    {
        if (partitions == 1)
        {
            return 0;
        }

        var hash = 2166136261u;
        foreach (var unit in key)
        {
            hash = (hash ^ (byte)unit) * 16777619u;
            hash = (hash ^ (byte)(unit >> 8)) * 16777619u;
        }

        return (int)(hash % (uint)partitions);
    }
}
