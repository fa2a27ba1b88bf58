using System.Text;
using Roost.Identity.Logins;
using Roost.Identity.Secrets;
using Roost.Identity.Store;
using Roost.Identity.Tests.Logins;

namespace Roost.Identity.Tests.Secrets;

public sealed class SecretTests
{
    private const string Value = "s3cr3t-of-the-cloud";

    private LoginRig _rig = null!;

    private SecretStore Store => _rig.Get<SecretStore>();

    [SetUp]
    public async Task StartAsync() => _rig = await LoginRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task A_secret_is_had_again_after_a_restart()
    {
        await SetAsync("cloud", Value);
        await _rig.ReopenAsync();

        Assert.That(Store.Find("cloud"), Is.EqualTo(Value));
    }

    [Test]
    public async Task Nothing_in_the_folder_and_nothing_in_the_audit_is_the_secret()
    {
        await SetAsync("cloud", Value);
        await Store.RevealAsync("cloud", ChangedBy.Local);
        await _rig.ReopenAsync();

        foreach (var file in Directory.EnumerateFiles(_rig.Folder, "*", SearchOption.AllDirectories))
        {
            Assert.That(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), Does.Not.Contain(Value), file);
        }

        Assert.That(_rig.Audit.Entries.Select(entry => entry.ToString()), Has.None.Contains(Value));
        Assert.That(_rig.Audit.Entries.Select(entry => entry.Action), Is.SupersetOf(new[] { "secret.set", "secret.reveal" }));
    }

    [Test]
    public async Task The_key_is_the_owners_alone()
    {
        await SetAsync("cloud", Value);

        Assert.That(File.GetUnixFileMode(Path.Combine(_rig.Folder, SealingKeys.FileName)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task Without_its_key_a_secret_is_not_there_and_the_list_says_why()
    {
        await SetAsync("cloud", Value);
        await _rig.ReopenAfterAsync(folder => File.Delete(Path.Combine(folder, SealingKeys.FileName)));

        Assert.That(Store.Find("cloud"), Is.Null);
        Assert.That(Store.CountUnreadable(), Is.EqualTo(1));

        await SetAsync("cloud", "set anew");
        Assert.That(Store.Find("cloud"), Is.EqualTo("set anew"));
    }

    [Test]
    public void A_key_file_that_is_damaged_refuses_the_start_and_stays()
    {
        var damaged = Path.Combine(_rig.Folder, SealingKeys.FileName);

        Assert.That(() => _rig.ReopenAfterAsync(_ => File.WriteAllText(damaged, "not a key")), Throws.TypeOf<IdentityDamagedException>());
        Assert.That(File.ReadAllText(damaged), Is.EqualTo("not a key"));
        File.Delete(damaged);
    }

    [Test]
    public void A_changed_bit_anywhere_in_what_is_sealed_opens_nothing()
    {
        var key = SealingKey.Create();
        var closed = Seal.Close(key, "here", "secret"u8);
        for (var at = 0; at < closed.Length; at++)
        {
            closed[at] ^= 1;
            Assert.That(Seal.TryOpen([key], "here", closed), Is.Null, $"byte {at}");
            closed[at] ^= 1;
        }

        Assert.That(Seal.TryOpen([key], "here", closed), Is.EqualTo("secret"u8.ToArray()));
        Assert.That(Seal.TryOpen([key], "there", closed), Is.Null);
        Assert.That(Seal.TryOpen([SealingKey.Create()], "here", closed), Is.Null);
    }

    [Test]
    public void A_seal_that_is_cut_off_anywhere_opens_nothing()
    {
        var key = SealingKey.Create();
        var closed = Seal.Close(key, "here", "secret"u8);

        Assert.That(Enumerable.Range(0, closed.Length).Select(length => Seal.TryOpen([key], "here", closed.AsSpan(0, length))), Is.All.Null);
    }

    [Test]
    public async Task An_older_value_put_back_into_the_database_is_not_taken()
    {
        await SetAsync("cloud", "the old one");
        var old = Store.List()[0].Sealed;
        await SetAsync("cloud", "the new one");
        await _rig.Get<IdentityDatabase>().Store.WriteAsync(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE secrets SET sealed = $old";
            command.Parameters.AddWithValue("$old", old);
            command.ExecuteNonQuery();
        });
        await _rig.ReopenAsync();

        Assert.That(Store.Find("cloud"), Is.Null);
    }

    [Test]
    public async Task After_a_rotation_the_old_key_opens_nothing_and_all_is_still_there()
    {
        await SetAsync("cloud", Value);
        var access = await _rig.Get<AccessKeys>().CreateAsync("cli", null, [], ChangedBy.Local, CancellationToken.None);
        var file = Path.Combine(_rig.Folder, SealingKeys.FileName);
        var before = await File.ReadAllTextAsync(file);

        Assert.That(await _rig.Get<Resealing>().RotateAsync(ChangedBy.Local, CancellationToken.None), Is.EqualTo(2));

        Assert.That(Store.Find("cloud"), Is.EqualTo(Value));
        await _rig.ReopenAsync();
        Assert.That(Store.Find("cloud"), Is.EqualTo(Value));
        Assert.That((await _rig.Get<IAccessKeys>().FindAsync(access.Record.Id, CancellationToken.None))?.SecretAccessKey, Is.EqualTo(access.SecretAccessKey));

        await _rig.ReopenAfterAsync(_ => File.WriteAllText(file, before));
        Assert.That(Store.Find("cloud"), Is.Null, "with the old key");
    }

    [Test]
    public async Task A_rotation_that_was_cut_short_goes_on_at_the_next_start()
    {
        await SetAsync("cloud", Value);
        var file = Path.Combine(_rig.Folder, SealingKeys.FileName);
        await _rig.ReopenAfterAsync(_ => File.WriteAllText(file, SealingKey.Create().ToBase64() + "\n" + File.ReadAllText(file))); // as it is after the first step

        Assert.That(Store.Find("cloud"), Is.EqualTo(Value));
        Assert.That(await File.ReadAllLinesAsync(file), Has.Length.EqualTo(1));
        await _rig.ReopenAsync();
        Assert.That(Store.Find("cloud"), Is.EqualTo(Value));
    }

    [Test]
    public async Task A_credential_of_systemd_takes_the_place_of_the_file()
    {
        await SetAsync("cloud", Value);
        var credentials = Directory.CreateDirectory(Path.Combine(_rig.Folder, "credentials")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(credentials, SealingKeys.CredentialName), new byte[SealingKey.Bytes]);
        _rig.Environment = new SecretsEnvironment(credentials);
        await _rig.ReopenAsync();

        Assert.That(Store.Find("cloud"), Is.EqualTo(Value));
        Assert.That(File.Exists(Path.Combine(_rig.Folder, SealingKeys.FileName)), Is.False, "nothing is sealed with it any more");
        Assert.That(() => _rig.Get<Resealing>().RotateAsync(ChangedBy.Local, CancellationToken.None), Throws.TypeOf<ChangeRefusedException>());
        await _rig.ReopenAsync();
        Assert.That(Store.Find("cloud"), Is.EqualTo(Value));
    }

    [Test]
    public async Task What_cannot_be_opened_is_named_by_a_rotation_and_stays_for_the_day_its_key_comes_back()
    {
        await SetAsync("lost", Value);
        var access = await _rig.Get<AccessKeys>().CreateAsync("cli", null, [], ChangedBy.Local, CancellationToken.None);
        var file = Path.Combine(_rig.Folder, SealingKeys.FileName);
        var old = await File.ReadAllTextAsync(file);
        await _rig.ReopenAfterAsync(_ => File.Delete(file));
        await SetAsync("here", Value);

        Assert.That(await _rig.Get<Resealing>().RotateAsync(ChangedBy.Local, CancellationToken.None), Is.EqualTo(1));
        Assert.That(_rig.Get<Resealing>().Unreadable(), Is.EqualTo(new[] { "secret/lost", $"key/{access.Record.Id}" }));
        Assert.That(_rig.Get<IAccessKeys>().IsSealed(access.Record.Id), Is.True);

        await _rig.ReopenAfterAsync(_ => File.AppendAllText(file, old));
        Assert.That((Store.Find("lost"), Store.Find("here"), _rig.Get<IAccessKeys>().IsSealed(access.Record.Id)), Is.EqualTo((Value, Value, false)));
        Assert.That(_rig.Get<Resealing>().Unreadable(), Is.Empty);
    }

    [TestCase(0)]
    [TestCase(16)]
    [TestCase(31)]
    [TestCase(33)]
    [TestCase(64)]
    public void A_credential_of_another_length_refuses_the_start_and_is_not_shown(int length)
    {
        var credentials = Directory.CreateDirectory(Path.Combine(_rig.Folder, "credentials")).FullName;
        var key = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(length));
        File.WriteAllText(Path.Combine(credentials, SealingKeys.CredentialName), key);
        _rig.Environment = new SecretsEnvironment(credentials);

        Assert.That(() => _rig.ReopenAsync(), Throws.TypeOf<IdentityDamagedException>().With.Message.Contains(SealingKeys.CredentialName).And.Message.Not.Contains(length == 0 ? "\n\n" : key));
    }

    [Test]
    public async Task Whoever_listens_hears_of_a_change_when_it_holds()
    {
        string? heard = null;
        Store.Subscribe(name =>
        {
            heard = $"{name} is {Store.Find(name)}";
            return Task.CompletedTask;
        });
        await SetAsync("cloud", Value);
        Assert.That(heard, Is.EqualTo($"cloud is {Value}"));

        await Store.DeleteAsync("cloud", ChangedBy.Local, CancellationToken.None);
        Assert.That(heard, Is.EqualTo("cloud is "));
    }

    [TestCase("", "value")]
    [TestCase("a/b", "value")]
    [TestCase("..%2f", "value")]
    [TestCase("name", "")]
    [TestCase("name", "with\0NUL")]
    public void What_no_environment_takes_is_no_secret(string name, string value) =>
        Assert.That(() => SetAsync(name, value), Throws.TypeOf<ChangeRefusedException>().With.Property("Fault").EqualTo(ChangeFault.Invalid));

    [Test]
    public void More_than_fits_is_no_secret() => Assert.That(() => SetAsync("name", new string('x', SecretStore.LongestValue + 1)), Throws.TypeOf<ChangeRefusedException>());

    private Task<bool> SetAsync(string name, string value) => Store.SetAsync(name, Encoding.UTF8.GetBytes(value), ChangedBy.Local, CancellationToken.None);
}
