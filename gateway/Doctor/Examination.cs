using System.Globalization;
using Roost.Gateway.Disks;
using Roost.Gateway.Health;
using Roost.Identity;
using Roost.LocalLambda;
using Roost.Streams;

namespace Roost.Gateway.Doctor;

/// <summary>Looks at the daemon and at the machine under it. Takes some tens of milliseconds, because it starts programs to ask for their versions.</summary>
internal sealed class Examination(string dataFolder, FunctionHost functions, IStreamStorage streams, IReadOnlyList<IHealthSource> rooms, IExpiringCredentials credentials, DiskWatch disk)
{
    private const int MostCredentials = 20;
    private const long LeastFreeBytes = 256L << 20;
    private static readonly TimeSpan _leastDoubt = TimeSpan.FromHours(1);

    public IReadOnlyList<Finding> Run() => [.. Rooms(), .. Damage(), .. Credentials(), .. DeadLetters(), .. Isolation(), .. Programs(), Disk(), .. DiskFindings.Of(disk.Look(), disk.Uses, disk.SwapOnDisk(), disk.Options), Streams(), Clock(), .. Time(), User()];

    private IEnumerable<Finding> Rooms() => rooms.SelectMany(room => Of(room.Check()));

    /// <returns>One for each reason: what hides another would come back once it is mended.</returns>
    private static IEnumerable<Finding> Of(RoomHealth room)
    {
        var state = room.State switch { RoomState.Up => FindingState.Well, RoomState.Degraded => FindingState.Weak, _ => FindingState.Fault };
        var up = room.State.ToString().ToLowerInvariant();
        var found = room.Note is null ? up : room.State == RoomState.Up ? room.Note : $"{up}; {room.Note}";
        return room.Reasons.Count == 0 ? [new Finding(room.Room, state, found)] : room.Reasons.Select(reason => new Finding(room.Room, state, found, reason));
    }

    private IEnumerable<Finding> Damage() => functions.Damage.Select(damage => new Finding("damage", FindingState.Weak, "set aside", damage));

    /// <summary>A fault is what has ended; the list is cut, as a fleet that was made in one day ends in one.</summary>
    private IEnumerable<Finding> Credentials()
    {
        var ending = credentials.Within(credentials.WarnBefore);
        foreach (var one in ending.Take(MostCredentials))
        {
            var hasEnded = one.EndsAt <= credentials.Now;
            yield return new Finding(
                "credential", hasEnded ? FindingState.Fault : FindingState.Weak, string.Create(CultureInfo.InvariantCulture, $"{one.Kind} {one.Name} {(hasEnded ? "has ended" : "ends")} on {one.EndsAt:yyyy-MM-dd}"), one.Remedy);
        }

        if (ending.Count > MostCredentials)
        {
            yield return new Finding("credential", FindingState.Weak, string.Create(CultureInfo.InvariantCulture, $"{ending.Count - MostCredentials} more end soon"), "roost cert list shows them");
        }
    }

    private IEnumerable<Finding> Isolation()
    {
        if (functions.Isolation is not { } isolation)
        {
            yield return new Finding("isolation", FindingState.Unknown, functions.Fault ?? "the functions have not started");
            yield break;
        }

        var weaknesses = string.Join("; ", isolation.Weaknesses);
        yield return new Finding(
            "isolation",
            isolation.Mode switch { "sandbox" => weaknesses.Length == 0 ? FindingState.Well : FindingState.Weak, "none" => FindingState.Weak, _ => FindingState.Fault },
            $"{isolation.Mode}; system calls: {isolation.SystemCalls}; memory: {isolation.Memory}; processes: {isolation.Processes}; processor: {isolation.Processor}",
            weaknesses.Length == 0 ? null : weaknesses);
    }

    private IEnumerable<Finding> DeadLetters()
    {
        var counts = functions.DeadLetters;
        return counts.Count == 0 ? [] :
        [
            new Finding(
                "dead letters", FindingState.Weak, $"events that were given up: {string.Join(", ", counts.Select(count => $"{count.Letters} of {count.Function}"))}",
                $"'roost fn dlq list {counts[0].Function}' tells why; 'roost fn dlq replay' runs them again, 'roost fn dlq delete' deletes them"),
        ];
    }

    private static IEnumerable<Finding> Programs() => FunctionHost.FindInterpreters().Select(program => program.Version is { } version
        ? new Finding(program.Name, FindingState.Well, $"{program.Path} is {version}")
        : new Finding(program.Name, FindingState.Weak, $"{program.Path} is not there", $"sudo apt install {(program.Name == "Node.js" ? "nodejs" : program.Name == "Python" ? "python3" : "bubblewrap")}, where functions need it"));

    private Finding Disk()
    {
        var drive = new DriveInfo(dataFolder);
        var free = string.Create(CultureInfo.InvariantCulture, $"{drive.AvailableFreeSpace >> 20} MiB of {drive.TotalSize >> 20} MiB are free in {dataFolder}");
        return drive.AvailableFreeSpace >= LeastFreeBytes
            ? new Finding("disk space", FindingState.Well, free)
            : new Finding("disk space", FindingState.Weak, free, "make room, or let less be kept (streams: retention, functions: log-retention); what cannot be kept is refused");
    }

    /// <summary>Weak when a tenth of the limit, or of the disk's reserve, is left.</summary>
    private Finding Streams()
    {
        var usage = streams.Usage;
        var found = string.Create(CultureInfo.InvariantCulture, $"{usage.Bytes >> 20} MiB in all streams{(usage.MaxBytes is { } most ? $" of {most >> 20} MiB" : "")}; {usage.Headroom >> 20} MiB may come before something goes");
        return usage.Headroom > (usage.MaxBytes is { } limit ? Math.Min(limit, usage.FreeBytes) : usage.FreeBytes) / 10
            ? new Finding("stream space", FindingState.Well, found)
            : usage.IsLimitedByDisk
            ? new Finding("stream space", FindingState.Weak, string.Create(CultureInfo.InvariantCulture, $"{found}: {Math.Max(0, usage.FreeBytes) >> 20} MiB of the disk are free, of which streams leave {usage.KeepFreeBytes >> 20} MiB to the rest of the gateway"), "make room on the disk, delete streams, keep less (retention), or let consumers go on; the oldest records of the least important streams go first")
            : new Finding("stream space", FindingState.Weak, found, "the oldest records of the least important streams go first; delete streams, keep less (retention), let consumers go on, or raise stream-storage.max-total");
    }

    /// <summary>The kernel would say it too, but systemd's ProtectClock keeps that call from the daemon.</summary>
    private static Finding Clock() => File.Exists("/run/systemd/timesync/synchronized")
        ? new Finding("clock", FindingState.Well, "set by systemd-timesyncd")
        : File.Exists("/run/chrony/chronyd.pid") || File.Exists("/run/ntpd.pid")
        ? new Finding("clock", FindingState.Unknown, "another service sets it", "chronyc tracking, or ntpq -p, shows how well")
        : new Finding("clock", FindingState.Weak, "nothing on this machine has set it since the start", "sudo apt install systemd-timesyncd; schedules and times in logs are those of a clock that may be wrong");

    /// <summary>A clock that is not believed: by a lie of a time server, or a machine that woke up in another century.</summary>
    private IEnumerable<Finding> Time()
    {
        var ahead = credentials.AheadOfClock;
        if (ahead.Duration() >= _leastDoubt)
        {
            yield return new Finding(
                "time of credentials", FindingState.Weak,
                string.Create(CultureInfo.InvariantCulture, $"they are judged by {credentials.Now:yyyy-MM-dd HH:mm}Z, {ahead.Duration().TotalHours:0} hours {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the machine's clock"),
                "set the clock right, and look which time server set it; the gateway comes nearer to it by itself");
        }
    }

    private static Finding User() => Environment.UserName == "root"
        ? new Finding("user", FindingState.Weak, "root", "run it as a user of its own, as the package does")
        : new Finding("user", FindingState.Well, Environment.UserName);
}
