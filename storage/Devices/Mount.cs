using System.Text;

namespace Roost.Storage.Devices;

/// <summary>What is mounted where a path lies, as /proc/self/mountinfo has it (proc_pid_mountinfo(5)).</summary>
/// <param name="Device">MAJOR:MINOR; major 0 is no block device of its own: tmpfs, overlay, btrfs.</param>
/// <param name="Source">What was mounted, /dev/mmcblk0p2 for instance.</param>
/// <param name="Options">Of this mount, such as rw,noatime.</param>
public sealed record Mount(string Point, string Device, string FileSystem, string Source, IReadOnlyList<string> Options)
{
    private const int LeastFields = 6; // before the optional ones

    /// <returns>The mount that is on top at <paramref name="path"/>; null where the kernel does not tell.</returns>
    /// <param name="path">Absolute, without links in it.</param>
    public static Mount? Of(string path, SystemFolders folders)
    {
        Mount? found = null;
        foreach (var line in (SystemFile.TryRead(Path.Combine(folders.Proc, "self", "mountinfo")) ?? "").Split('\n'))
        {
            // What stands later in the file was mounted later and covers what was there.
            if (Parse(line) is { } mount && Holds(mount.Point, path) && mount.Point.Length >= (found?.Point.Length ?? 0))
            {
                found = mount;
            }
        }

        return found;
    }

    /// <returns>Null for a line that is none.</returns>
    public static Mount? Parse(string line)
    {
        // 36 35 179:2 / /var/lib/roost rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw
        var halves = line.Split(" - ", 2);
        var (first, second) = (halves[0].Split(' '), halves.Length > 1 ? halves[1].Split(' ') : []);
        return first.Length >= LeastFields && second.Length >= 2
            ? new Mount(Unescape(first[4]), first[2], second[0], Unescape(second[1]), first[5].Split(','))
            : null;
    }

    private static bool Holds(string point, string path) =>
        point == "/" || path == point || (path.StartsWith(point, StringComparison.Ordinal) && path[point.Length] == '/');

    /// <summary>Blanks, tabs, line ends and backslashes stand there as \ and three octal digits.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\' && at + 3 < text.Length && IsOctal(text[at + 1]) && IsOctal(text[at + 2]) && IsOctal(text[at + 3]))
            {
                plain.Append((char)(((text[at + 1] - '0') << 6) | ((text[at + 2] - '0') << 3) | (text[at + 3] - '0')));
                at += 3;
            }
            else
            {
                plain.Append(text[at]);
            }
        }

        return plain.ToString();
    }

    private static bool IsOctal(char letter) => letter is >= '0' and <= '7';
}
