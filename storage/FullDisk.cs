using Microsoft.Data.Sqlite;
using Roost.Storage.Files;
using Roost.Storage.Logs;

namespace Roost.Storage;

/// <summary>Tells a full disk, which is nobody's fault and passes, from other failures of writing.</summary>
public static class FullDisk
{
    /// <summary>Whether there was no room on the disk: for a file, for a database, or for a record of a log that its own limits would have taken.</summary>
    public static bool IsBehind(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is IOException io && DiskFile.IsFull(io) || exception is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL })
            {
                return true;
            }
        }

        return false;
    }
}
