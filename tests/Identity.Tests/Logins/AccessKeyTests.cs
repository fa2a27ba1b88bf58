using System.Text;
using Roost.Identity.Logins;
using Roost.Identity.Secrets;
using Roost.Identity.Store;

namespace Roost.Identity.Tests.Logins;

public sealed class AccessKeyTests
{
    private LoginRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await LoginRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task It_has_the_form_that_AWS_tools_take()
    {
        var made = await CreateAsync();

        Assert.That(made.Record.Id, Does.Match("^AKIA[A-Z2-7]{16}$"));
        Assert.That(made.SecretAccessKey, Does.Match("^[A-Za-z0-9+/]{40}$"));
    }

    [Test]
    public async Task Its_secret_is_had_again_after_a_restart()
    {
        var made = await CreateAsync();
        await _rig.ReopenAsync();

        var found = await FindAsync(made.Record.Id);
        Assert.That((found?.SecretAccessKey, found?.IsActive, found?.Principal.Id), Is.EqualTo((made.SecretAccessKey, true, $"key/{made.Record.Id}")));
    }

    [Test]
    public async Task An_inactive_one_says_so_and_its_connections_end()
    {
        var made = await CreateAsync();
        await _rig.Get<AccessKeys>().SetActiveAsync(made.Record.Id, isActive: false, ChangedBy.Local, CancellationToken.None);

        Assert.That((await FindAsync(made.Record.Id))?.IsActive, Is.False);
        Assert.That(_rig.Told, Does.Contain(new IdentityChange(IdentityChangeKind.CredentialEnded, $"key/{made.Record.Id}")));
    }

    [Test]
    public async Task A_deleted_one_is_gone()
    {
        var made = await CreateAsync();
        await _rig.Get<AccessKeys>().DeleteAsync(made.Record.Id, ChangedBy.Local, CancellationToken.None);
        Assert.That(await FindAsync(made.Record.Id), Is.Null);

        await _rig.ReopenAsync();
        Assert.That(await FindAsync(made.Record.Id), Is.Null);
    }

    [Test]
    public async Task A_use_beside_a_deactivation_does_not_activate_it()
    {
        var made = await CreateAsync();
        var keys = _rig.Get<AccessKeys>();
        await Task.WhenAll(
            Task.Run(() => keys.SetActiveAsync(made.Record.Id, isActive: false, ChangedBy.Local, CancellationToken.None)),
            Task.Run(() => keys.NoteUse(made.Record.Id)));

        Assert.That((await FindAsync(made.Record.Id))?.IsActive, Is.False);
    }

    [Test]
    public async Task The_folder_without_the_key_file_reveals_no_secret()
    {
        var made = await CreateAsync();
        await _rig.ReopenAfterAsync(folder => File.Delete(Path.Combine(folder, SealingKeys.FileName)));

        Assert.That(await FindAsync(made.Record.Id), Is.Null);
        foreach (var file in Directory.EnumerateFiles(_rig.Folder))
        {
            Assert.That(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), Does.Not.Contain(made.SecretAccessKey), file);
        }
    }

    [Test]
    public async Task The_secret_of_one_key_put_into_the_row_of_another_opens_nothing()
    {
        var (mine, theirs) = (await CreateAsync(), await CreateAsync());
        await _rig.Get<IdentityDatabase>().Store.WriteAsync(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE access_keys SET sealed = (SELECT sealed FROM access_keys WHERE id = $mine) WHERE id = $theirs";
            command.Parameters.AddWithValue("$mine", mine.Record.Id);
            command.Parameters.AddWithValue("$theirs", theirs.Record.Id);
            command.ExecuteNonQuery();
        });
        await _rig.ReopenAsync();

        Assert.That(await FindAsync(theirs.Record.Id), Is.Null);
        Assert.That((await FindAsync(mine.Record.Id))?.SecretAccessKey, Is.EqualTo(mine.SecretAccessKey));
    }

    [Test]
    public async Task Of_a_thing_that_is_gone_it_signs_nothing()
    {
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        var made = await _rig.Get<AccessKeys>().CreateAsync("robot", "vac-1", [], ChangedBy.Local, CancellationToken.None);
        await _rig.Things.DeleteAsync("vac-1", null, ChangedBy.Local);

        Assert.That(await FindAsync(made.Record.Id), Is.Null);
    }

    private Task<NewAccessKey> CreateAsync() => _rig.Get<AccessKeys>().CreateAsync("cli", null, [], ChangedBy.Local, CancellationToken.None);

    private async Task<AccessKeySecret?> FindAsync(string id) => await _rig.Get<IAccessKeys>().FindAsync(id, CancellationToken.None);
}
