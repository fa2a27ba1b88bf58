using Roost.Streams.Export.Targets;

namespace Roost.Streams.Export.Files;

/// <summary>What the disk says, in words.</summary>
internal static class FolderFault
{
    private const int NoSpace = 28; // ENOSPC
    private const int OverQuota = 122; // EDQUOT
    private const int ReadOnlyFileSystem = 30; // EROFS

    public static bool IsExpected(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <param name="bytes">Of the batch.</param>
    public static Delivery ToDelivery(Exception exception, string folder, long bytes) => exception switch
    {
        { HResult: NoSpace or OverQuota } => Delivery.Busy($"There is no space in {folder}: the batch needs {bytes} bytes{Free(folder)}. Free some, limit file.keep, or change the stick."),
        { HResult: ReadOnlyFileSystem } => Delivery.Denied($"{folder} lies on a file system that can only be read. Mount it for writing; a stick may have a switch, or be damaged."),
        UnauthorizedAccessException => Delivery.Denied($"The daemon may not write into {folder}: {exception.Message.TrimEnd('.')}. Give its user the right, and its unit too (ReadWritePaths)."),
        _ => Delivery.Unreachable($"{folder} cannot be written: {exception.Message.TrimEnd('.')}."),
    };

    private static string Free(string folder)
    {
        try
        {
            return $", and {new DriveInfo(folder).AvailableFreeSpace} are free";
        }
        catch (Exception exception) when (IsExpected(exception) || exception is ArgumentException)
        {
            return "";
        }
    }
}
