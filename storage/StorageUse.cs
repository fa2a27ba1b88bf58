namespace Roost.Storage;

/// <summary>What one use of the disk has come to since the start of the daemon.</summary>
/// <param name="Name">Of the log's folder, of the database or of the file.</param>
/// <param name="WrittenBytes">Handed to the kernel, overhead included. Of a database that of its write-ahead log and of the checkpoints that copy from there, but for the one at its end.</param>
/// <param name="Syncs">How often the disk was waited for.</param>
/// <param name="Commits">Batches of records, transactions, or times that the file was replaced.</param>
/// <param name="Items">Records or changes in them: divided by <paramref name="Commits"/>, how well they were batched.</param>
public readonly record struct StorageUse(StorageKind Kind, string Name, long WrittenBytes, long Syncs, long Commits, long Items);
