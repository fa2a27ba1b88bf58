namespace Roost.Storage.Logs;

/// <summary>A record was refused because there is no room: in the retention, in memory, or on the disk. Later appends may succeed.</summary>
public sealed class LogFullException(string folder, string reason, string remedy, Exception? cause = null)
    : Exception($"Log {folder} is full: {reason}. {remedy}", cause)
{
    public string Folder { get; } = folder;
}
