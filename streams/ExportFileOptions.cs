namespace Roost.Streams;

/// <summary>The folder that an export writes files into.</summary>
public sealed class ExportFileOptions
{
    public const string AutomaticMount = "auto";
    public const string NoMount = "none";

    /// <summary>Full path. It must be there; below a mount point that is asked for by <see cref="Mount"/> it is made.</summary>
    public string Folder { get; set; } = "";

    /// <summary>
    /// Where something must be mounted, so that a stick that was pulled is waited for, and nothing is written into the empty folder below it: a
    /// path, <c>auto</c> (default: there must be one for folders below /media, /run/media and /mnt), or <c>none</c>.
    /// </summary>
    public string Mount { get; set; } = AutomaticMount;

    /// <summary>A file of so many bytes is closed. Default 64 MiB, 64 KiB to 2 GiB.</summary>
    public long MaxFileBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>A file is closed so long after its first batch. Default 1 h, 1 s to 30 days.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(1);

    public ExportKeepOptions Keep { get; set; } = new();
}
