using System.Globalization;
using Roost.Storage.Files;

namespace Roost.Gateway.Hosting;

/// <summary>A user of this machine, as <c>/etc/passwd</c> has it: whom a file belongs to.</summary>
/// <param name="Group">The one of its log-in; where the file does not know the user, the one that its file or folder has.</param>
/// <param name="Name">Null: the file does not know it.</param>
internal readonly record struct UserAccount(uint User, uint Group, string? Name)
{
    private const string Accounts = "/etc/passwd";
    private const uint Nobody = 65_534;

    /// <returns>Null: there is nothing of that name, or nothing that this user may look at.</returns>
    public static UserAccount? OfOwner(string path)
    {
        if (FileOwner.Of(path) is not { } owner)
        {
            return null;
        }

        var account = Read().FirstOrDefault(account => account.User == owner.User);
        return account.Name is null
            ? new UserAccount(owner.User, owner.Group == 0 ? Nobody : owner.Group, null) // a group of root's is not meant by who gave the folder away
            : account;
    }

    public override string ToString() => Name ?? string.Create(CultureInfo.InvariantCulture, $"user {User}");

    // name:password:user:group:...
    private static IEnumerable<UserAccount> Read()
    {
        foreach (var line in File.Exists(Accounts) ? File.ReadLines(Accounts) : [])
        {
            if (line.Split(':') is [{ Length: > 0 } name, _, var user, var group, ..]
                && uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var userId) && uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var groupId))
            {
                yield return new UserAccount(userId, groupId, name);
            }
        }
    }
}
