using System.Runtime.InteropServices;

namespace Roost.Storage;

/// <summary>What the machine knows of time besides the wall clock: which boot this is, how long ago it was, and whether the wall clock is to be believed.</summary>
public partial class MachineTime
{
    private const string SynchronisedFile = "/run/systemd/timesync/synchronized";
    private const int BytesOfTimex = 512; // struct timex has 208 on 64-bit Linux; all zeros asks and sets nothing
    private const int NotSynchronised = 5; // TIME_ERROR

    public static MachineTime Shared { get; } = new();

    /// <summary>Differs from boot to boot; zero where the kernel does not tell.</summary>
    public virtual Guid Boot { get; } = ReadBoot();

    /// <summary>Counts on over processes, from the boot.</summary>
    public virtual TimeSpan SinceBoot => TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <summary>A time server has set the wall clock. The kernel's word, or, where the unit's ProtectClock keeps the daemon from asking it, systemd's.</summary>
    public virtual bool IsSynchronised => AdjustTime(new byte[BytesOfTimex]) switch
    {
        < 0 => File.Exists(SynchronisedFile),
        var state => state != NotSynchronised,
    };

    private static Guid ReadBoot()
    {
        try
        {
            return Guid.TryParse(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), out var boot) ? boot : Guid.Empty;
        }
        catch (IOException)
        {
            return Guid.Empty;
        }
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjustTime(byte[] timex);
}
