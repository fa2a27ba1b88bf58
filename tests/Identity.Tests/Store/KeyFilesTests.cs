using Microsoft.Extensions.Options;
using Roost.Identity.Secrets;
using Roost.Identity.Store;
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

        Assert.That(new KeyFiles(Options.Create(new IdentityOptions { Folder = folder.Path })).FindExposed(), isExposed ? Is.EqualTo(new[] { key }) : Is.Empty);
    }
}
