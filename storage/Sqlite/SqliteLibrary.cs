using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Roost.Storage.Sqlite;

/// <summary>Points the SQLite provider at the distribution's library, which gets its security updates.</summary>
internal static class SqliteLibrary
{
    private const string Library = "libsqlite3.so.0";
    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Must come before the first connection of the process. Does its work once.</summary>
    /// <exception cref="DllNotFoundException">The library is not installed; the message names the package.</exception>
    public static void EnsureLoaded() => _ = Loaded.Value;

    private static bool Load()
    {
        if (!NativeLibrary.TryLoad(Library, out var handle))
        {
            throw new DllNotFoundException($"{Library} is not installed. On Debian: apt install libsqlite3-0");
        }

        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, (_, _, _) => handle);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }
}
