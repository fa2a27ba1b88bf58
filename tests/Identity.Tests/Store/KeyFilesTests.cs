using Microsoft.Extensions.Options;
using Roost.Identity.Secrets;
using Roost.Identity.Store;
using Roost.Storage.Files;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Store;

public sealed class KeyFilesTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [TestCase(OwnerOnly, false)]
    [TestCase(OwnerOnly | UnixFileMode.GroupRead, true)]
    [TestCase(OwnerOnly | UnixFileMode.OtherRead, true)]
    [TestCase(OwnerOnly | UnixFileMode.GroupWrite, true)]
    public void A_key_is_exposed_when_others_can_read_or_change_it(UnixFileMode mode, bool isExposed)
    {
        using var folder = new TemporaryFolder();
        var key = folder[SealingKeys.FileName];
        File.WriteAllText(key, "");
        File.SetUnixFileMode(key, mode);

        Assert.That(new KeyFiles(Options.Create(new IdentityOptions { Folder = folder.Path })).FindExposed(), isExposed ? Is.EqualTo(new[] { new ExposedKey(key, $"chmod 600 {key}") }) : Is.Empty);
    }

    [Test]
    public void A_key_of_another_user_is_given_to_the_daemons_before_it_is_closed_to_others()
    {
        Assume.That(FileOwner.CurrentUser, Is.Zero, "only root can give a file away");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["key"], "");
        using (var chown = System.Diagnostics.Process.Start("chown", ["65534", folder["key"]]))
        {
            chown.WaitForExit();
        }

        Assert.That(KeyFiles.Remedy(folder["key"]), Is.EqualTo($"chown root: {folder["key"]} && chmod 600 {folder["key"]}"));
    }
}
