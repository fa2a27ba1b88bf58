using System.Runtime.InteropServices;

namespace Roost.Gateway.Hosting;

/// <summary>What the daemon writes is for its own user: messages, records and logs hold other people's data, also where no unit sets UMask=.</summary>
internal static partial class FileAccessMask
{
    private const uint OwnerOnly = 0x3F; // octal 077

    /// <summary>Of the whole process and its children; called once, before the first file is made.</summary>
    public static void Set() => _ = SetUmask(OwnerOnly);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetUmask(uint mask);
}
