using System.Runtime.InteropServices;

namespace Roost.Mqtt.Journal;

/// <summary>What the machine knows of time besides the wall clock: which boot this is, how long ago it was, and whether the wall clock is to be believed.</summary>
internal partial class MachineClock
{
    private const int BytesOfTimex = 512; // struct timex has 208 on 64-bit Linux; all zeros asks and sets nothing
    private const int NotSynchronised = 5; // TIME_ERROR

    /// <summary>Differs from boot to boot; empty where the kernel does not tell.</summary>
    public virtual string BootIdentifier { get; } = ReadBootIdentifier();

    /// <summary>Counts on over processes, from the boot.</summary>
    public virtual TimeSpan SinceBoot => TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <summary>A time server has set the wall clock, as the kernel has been told.</summary>
    public virtual bool IsSynchronised
    {
        get
        {
            var timex = new byte[BytesOfTimex];
            return AdjustTime(timex) is >= 0 and not NotSynchronised;
        }
    }

    private static string ReadBootIdentifier()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjustTime(byte[] timex);
}
