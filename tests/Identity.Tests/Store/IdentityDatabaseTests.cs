using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Roost.Identity.Store;
using Roost.Storage.Sqlite;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Store;

public sealed class IdentityDatabaseTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Nobody_else_on_the_machine_reads_it()
    {
        await using var database = Database();
        await database.OpenAsync();

        Assert.That(File.GetUnixFileMode(_folder["identity"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public void A_damaged_database_refuses_the_start()
    {
        Directory.CreateDirectory(_folder["identity"]);
        File.WriteAllText(Path.Combine(_folder["identity"], IdentityDatabase.FileName), new string('x', 8192));

        var database = Database();

        Assert.That(database.OpenAsync, Throws.TypeOf<DatabaseCorruptException>());
    }

    private IdentityDatabase Database() =>
        new(Options.Create(new IdentityOptions { Folder = _folder["identity"] }), NullLogger<IdentityDatabase>.Instance);
}
