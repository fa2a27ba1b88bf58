namespace Roost.Storage.Logs;

/// <summary>
/// A write or sync failed for another reason than space. The kernel may have dropped pages that it could not write and
/// would report success the next time, so the log takes no more records until it is opened again. What was acknowledged can be read.
/// </summary>
public sealed class LogFailedException(string folder, Exception cause)
    : Exception($"Log {folder} takes no more records after a failed write: {cause.Message} Check the disk, then restart.", cause)
{
    public string Folder { get; } = folder;
}
