using Roost.Storage.Files;

namespace Roost.Streams.Bridge;

/// <summary>A file of a few lines that is there as a whole, in its old form or its new one, whatever a power cut does.</summary>
internal static class SmallFile
{
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var next = path + ".new";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
        FileSystemSync.Entries(Path.GetDirectoryName(path)!);
    }
}
