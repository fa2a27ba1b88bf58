using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using Roost.Storage.Files;
using Roost.Storage.Sqlite;

namespace Roost.Storage.Upgrades;

/// <summary>How many migrations a database has behind it.</summary>
internal static class SchemaVersion
{
    private const int Place = 60; // of user_version in a database's header, high byte first: https://www.sqlite.org/fileformat.html#the_database_header

    /// <returns>0 where there is no database, one that has nothing in it, or none that could be read: that is for those to tell who open it.</returns>
    public static int Of(string path)
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        SqliteLibrary.EnsureLoaded();
        try
        {
            using var connection = SqliteConnections.OpenReader(path);
            return (int)(long)SqliteConnections.Scalar(connection, "PRAGMA user_version")!;
        }
        catch (SqliteException)
        {
            return InHeader(path); // on a full disk SQLite cannot make the files that it reads with
        }
    }

    private static int InHeader(string path)
    {
        Span<byte> header = stackalloc byte[Place + sizeof(int)];
        using var file = DiskFile.OpenRead(path);
        return DiskFile.Read(file, header, 0) == header.Length && header.StartsWith("SQLite format 3\0"u8) ? BinaryPrimitives.ReadInt32BigEndian(header[Place..]) : 0;
    }
}
