namespace Roost.Storage.Sqlite;

/// <summary>The file is no sound database of ours. It is left as it is.</summary>
public sealed class DatabaseCorruptException(string path, string reason, Exception? cause = null)
    : Exception($"Database {path} is damaged: {reason}. It was left untouched: restore it from a backup, or move it away to begin an empty one.", cause)
{
    public string Path { get; } = path;

    public string Reason { get; } = reason;
}
