using System.Runtime.InteropServices;
using Roost.Storage.Files;

namespace Roost.Gateway.Hosting;

/// <summary>
/// Root works in a folder of another user's as that user: links, marks and databases that were left there then lead to nothing that this user may not do by itself.
/// The C library changes all threads of the process at once.
/// </summary>
internal sealed partial class FolderOwner : IDisposable
{
    private const uint Root = 0;

    private FolderOwner()
    {
    }

    /// <summary>For good: nothing of the process is root's afterwards. Does nothing for anybody but root, nor in root's own folder.</summary>
    /// <exception cref="StartRefusedException">It is not possible.</exception>
    public static void Become(string folder)
    {
        if (StrangerOf(folder) is { } owner)
        {
            Change(folder, owner, SetGroup, SetUser);
        }
    }

    /// <summary>Until it is disposed of: for who has to finish as root what began as root.</summary>
    /// <returns>Null where nothing was to be done.</returns>
    /// <exception cref="StartRefusedException">It is not possible.</exception>
    public static FolderOwner? ActAs(string folder)
    {
        if (StrangerOf(folder) is not { } owner)
        {
            return null;
        }

        Change(folder, owner, SetEffectiveGroup, SetEffectiveUser);
        return new FolderOwner();
    }

    public void Dispose()
    {
        if (SetEffectiveUser(Root) != 0 || SetEffectiveGroup(Root) != 0)
        {
            throw new InvalidOperationException($"root cannot be had back: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static UserAccount? StrangerOf(string folder) =>
        FileOwner.CurrentUser == Root && UserAccount.OfOwner(folder) is { } owner && owner.User != Root ? owner : null;

    private static void Change(string folder, UserAccount owner, Func<uint, int> setGroup, Func<uint, int> setUser)
    {
        if (SetGroups(0, 0) != 0 || setGroup(owner.Group) != 0 || setUser(owner.User) != 0) // in this order: each takes away what the one before it needs
        {
            throw new StartRefusedException(
                $"{folder} belongs to {owner}, and root works there only as that user, which this process cannot become: {Marshal.GetLastPInvokeErrorMessage()}. Run it as that user");
        }
    }

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nuint count, nint groups);

    [LibraryImport("libc", EntryPoint = "setgid", SetLastError = true)]
    private static partial int SetGroup(uint group);

    [LibraryImport("libc", EntryPoint = "setuid", SetLastError = true)]
    private static partial int SetUser(uint user);

    [LibraryImport("libc", EntryPoint = "setegid", SetLastError = true)]
    private static partial int SetEffectiveGroup(uint group);

    [LibraryImport("libc", EntryPoint = "seteuid", SetLastError = true)]
    private static partial int SetEffectiveUser(uint user);
}
