using System.Text.RegularExpressions;

namespace Roost.Streams.Export.Files;

/// <summary>What is mounted where at this moment, as the kernel tells it (proc_pid_mountinfo(5)).</summary>
internal sealed partial class Mounts
{
    private static readonly string[] s_removable = ["/media", "/run/media", "/mnt"];

    private readonly Dictionary<string, string> _devices = []; // the one mounted last over others comes last

    private Mounts(IEnumerable<string> lines)
    {
        foreach (var fields in lines.Select(line => line.Split(' ')).Where(fields => fields.Length > 4))
        {
            _devices[Unescaped(fields[4])] = fields[2];
        }
    }

    /// <exception cref="IOException">There is no /proc.</exception>
    public static Mounts Read() => new(File.ReadLines("/proc/self/mountinfo"));

    public static Mounts Of(params IEnumerable<string> lines) => new(lines);

    /// <summary>
    /// A folder that is mounted onto itself does not count: that is how systemd lets a service write into it (ReadWritePaths), stick or not.
    /// </summary>
    /// <returns>True: another disk than that of the folder above is mounted at this very path.</returns>
    public bool IsMounted(string path) => _devices.TryGetValue(path, out var device) && (Path.GetDirectoryName(path) is not { } parent || DeviceOf(parent) != device);

    /// <returns>The device, as major:minor, on which a path lies.</returns>
    public string DeviceOf(string path) => AndParents(path).Select(_devices.GetValueOrDefault).FirstOrDefault(device => device is not null) ?? "";

    /// <summary>Folders in the places for removable media are meant to lie on one.</summary>
    /// <returns>False: this one is in such a place, and lies on the system's own disk.</returns>
    public bool IsWhereItShouldBe(string path)
    {
        var place = Array.Find(s_removable, place => path.StartsWith(place + "/", StringComparison.Ordinal));
        return place is null || AndParents(path).TakeWhile(parent => parent.Length > place.Length).Any(IsMounted);
    }

    private static IEnumerable<string> AndParents(string path)
    {
        for (var parent = path; parent is not null; parent = Path.GetDirectoryName(parent))
        {
            yield return parent;
        }
    }

    private static string Unescaped(string text) =>
        Octal().Replace(text, match => ((char)Convert.ToInt32(match.Groups["code"].Value, 8)).ToString());

    [GeneratedRegex(@"\\(?<code>[0-7]{3})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Octal();
}
