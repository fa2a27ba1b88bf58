namespace Roost.Storage.Sqlite;

/// <summary>
/// A little space beside a database, kept for the day on which the disk is full: without any, SQLite cannot make the files that it
/// needs to open a database, not even for reading.
/// </summary>
internal static class DiskReserve
{
    private const int Bytes = 256 * 1024;
    private const string Extension = ".reserve";

    /// <summary>Takes the space where it is not taken yet. A disk that has none left is no fault here.</summary>
    public static void Keep(string path)
    {
        var file = path + Extension;
        if (File.Exists(file) && new FileInfo(file).Length == Bytes)
        {
            return;
        }

        try
        {
            File.WriteAllBytes(file, new byte[Bytes]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            GiveUp(path);
        }
    }

    /// <returns>Whether there was something to give up.</returns>
    public static bool GiveUp(string path)
    {
        var file = path + Extension;
        if (!File.Exists(file))
        {
            return false;
        }

        try
        {
            File.Delete(file);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
