using System.Security.Cryptography;
using Roost.LocalLambda.Code;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Code;

internal sealed class CodeStoreTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task The_same_code_is_stored_once()
    {
        var store = new CodeStore(_folder["code"]);
        using var one = await AddAsync(store, "print(1)");
        using var again = await AddAsync(store, "print(1)");
        using var other = await AddAsync(store, "print(2)");

        Assert.That(again.Folder, Is.EqualTo(one.Folder));
        Assert.That(Directory.GetDirectories(_folder["code"]), Is.EquivalentTo(new[] { one.Folder, other.Folder }));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(other.Folder, "main.py")), Is.EqualTo("print(2)"));
    }

    [Test]
    public async Task What_could_not_be_filled_leaves_nothing()
    {
        var store = new CodeStore(_folder["code"]);

        await Assert.ThatAsync(
            () => store.AddAsync(async target =>
            {
                await File.WriteAllTextAsync(Path.Combine(target, "half"), "x");
                throw new InvalidCodeException("no");
            }),
            Throws.TypeOf<InvalidCodeException>());
        Assert.That(Directory.GetFileSystemEntries(_folder["code"]), Is.Empty);
    }

    [Test]
    public async Task What_a_killed_daemon_left_unfinished_is_cleared_away_and_what_was_finished_stays()
    {
        using var kept = await AddAsync(new CodeStore(_folder["code"]), "print(1)");
        Directory.CreateDirectory(Path.Combine(_folder["code"], ".new-killed", "deep"));

        _ = new CodeStore(_folder["code"]);

        Assert.That(Directory.GetFileSystemEntries(_folder["code"]), Is.EqualTo(new[] { kept.Folder }));
    }

    [Test]
    public async Task A_sweep_removes_what_nobody_refers_to_or_holds()
    {
        var store = new CodeStore(_folder["code"]);
        using var referenced = await AddAsync(store, "referenced");
        using var held = await AddAsync(store, "held");
        var loose = await AddAsync(store, "loose");
        loose.Dispose();
        loose.Dispose();

        store.Sweep([referenced.Sha256]);

        Assert.That(Directory.GetDirectories(_folder["code"]), Is.EquivalentTo(new[] { referenced.Folder, held.Folder }));
        Assert.That(store.Find(loose.Sha256, 0), Is.Null);
    }

    [Test]
    public async Task Code_of_thousands_of_files_is_added_by_many_at_once()
    {
        var store = new CodeStore(_folder["code"]);

        var packages = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(() => AddAsync(store, $"print({number % 4})"))));

        Assert.That(Directory.GetDirectories(_folder["code"]), Has.Length.EqualTo(4));
        Array.ForEach(packages, package => package.Dispose());
        store.Sweep([]);
        Assert.That(Directory.GetDirectories(_folder["code"]), Is.Empty);
    }

    private static Task<CodePackage> AddAsync(CodeStore store, string text) => store.AddAsync(async target =>
    {
        await File.WriteAllTextAsync(Path.Combine(target, "main.py"), text);
        return (Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))), text.Length);
    });
}
