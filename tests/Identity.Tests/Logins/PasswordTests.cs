using System.Net;
using System.Text;
using Roost.Identity.Logins;

namespace Roost.Identity.Tests.Logins;

public sealed class PasswordTests
{
    private const string Password = "correct horse battery";
    private static readonly IPAddress _home = IPAddress.Parse("192.0.2.7");
    private static readonly IPAddress _attacker = IPAddress.Parse("192.0.2.66");

    private LoginRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await LoginRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task The_right_password_is_taken_and_says_who_it_is()
    {
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        await AddAsync("robot", thing: "vac-1");

        var check = await CheckAsync("robot", Password);

        Assert.That(check.Principal?.Id, Is.EqualTo("user/robot"));
        Assert.That(check.Principal?.Owner, Is.EqualTo("thing/vac-1"));
    }

    [TestCase("correct horse batterx")]
    [TestCase("correct horse battery ")]
    [TestCase("correct horse battery\0")]
    [TestCase("correct horse batter")]
    [TestCase("Correct horse battery")]
    [TestCase(" ")]
    [TestCase("\0")]
    public async Task Another_password_is_wrong(string password)
    {
        await AddAsync("alice");

        Assert.That((await CheckAsync("alice", password)).Fault, Is.EqualTo(CredentialFault.WrongSecret));
    }

    [Test]
    public async Task An_empty_password_is_refused_unseen()
    {
        await AddAsync("alice");

        Assert.That((await CheckAsync("alice", "")).Fault, Is.EqualTo(CredentialFault.Malformed));
    }

    [Test]
    public async Task A_megabyte_of_password_is_refused_unseen()
    {
        await AddAsync("alice");

        Assert.That((await CheckAsync("alice", new string('x', 1 << 20))).Fault, Is.EqualTo(CredentialFault.Malformed));
    }

    [Test]
    public async Task The_same_letter_in_other_bytes_is_another_password()
    {
        await AddAsync("alice", "caf\u00E9-au-lait");

        Assert.That((await CheckAsync("alice", "cafe\u0301-au-lait")).Fault, Is.EqualTo(CredentialFault.WrongSecret));
        Assert.That((await CheckAsync("alice", "caf\u00E9-au-lait")).Fault, Is.EqualTo(CredentialFault.None));
    }

    [TestCase("Alice")]
    [TestCase("alice2")]
    [TestCase("bob")]
    public async Task A_name_that_nobody_has_is_unknown_however_it_is_written(string name)
    {
        await AddAsync("alice");

        Assert.That((await CheckAsync(name, Password)).Fault, Is.EqualTo(CredentialFault.Unknown));
    }

    [TestCase("")]
    [TestCase("alice?SDK=1")]
    [TestCase("alice\0")]
    [TestCase("alice\n")]
    [TestCase("user/alice")]
    [TestCase("\u0430lice", Description = "a Cyrillic a")]
    public async Task A_name_that_none_can_be_is_refused_unseen(string name)
    {
        await AddAsync("alice");

        Assert.That((await CheckAsync(name, Password)).Fault, Is.EqualTo(CredentialFault.Malformed));
    }

    [Test]
    public async Task Nothing_in_the_folder_is_the_password()
    {
        await AddAsync("alice");
        await CheckAsync("alice", Password);
        await _rig.ReopenAsync();

        foreach (var file in Directory.EnumerateFiles(_rig.Folder, "*", SearchOption.AllDirectories))
        {
            Assert.That(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), Does.Not.Contain(Password), file);
        }
    }

    [Test]
    public async Task Two_users_of_one_password_have_two_hashes()
    {
        await AddAsync("alice");
        await AddAsync("bob");

        Assert.That(_rig.Get<Users>().Get("alice").Password.Hash, Is.Not.EqualTo(_rig.Get<Users>().Get("bob").Password.Hash));
    }

    [Test]
    public async Task Users_are_there_after_a_restart()
    {
        await AddAsync("alice");
        await _rig.ReopenAsync();

        Assert.That((await CheckAsync("alice", Password)).Fault, Is.EqualTo(CredentialFault.None));
        Assert.That((await CheckAsync("alice", "another one")).Fault, Is.EqualTo(CredentialFault.WrongSecret));
    }

    [Test]
    public async Task A_hash_with_fewer_iterations_is_made_stronger_at_the_next_login()
    {
        await AddAsync("alice");
        _rig.Hashing = _rig.Hashing with { Iterations = 20 };
        await _rig.ReopenAsync();

        await CheckAsync("alice", "wrong password");
        Assert.That(_rig.Get<Users>().Get("alice").Password.Iterations, Is.EqualTo(10));

        await CheckAsync("alice", Password);
        Assert.That(_rig.Get<Users>().Get("alice").Password.Iterations, Is.EqualTo(20));

        await _rig.ReopenAsync();
        Assert.That((await CheckAsync("alice", Password)).Fault, Is.EqualTo(CredentialFault.None));
    }

    [Test]
    public async Task The_old_password_is_no_longer_taken_once_another_is_set()
    {
        await AddAsync("alice");
        await CheckAsync("alice", Password); // which is remembered as verified

        await _rig.Get<Users>().SetPasswordAsync("alice", "another password"u8.ToArray(), ChangedBy.Local, CancellationToken.None);

        Assert.That((await CheckAsync("alice", Password)).Fault, Is.EqualTo(CredentialFault.WrongSecret));
        Assert.That((await CheckAsync("alice", "another password")).Fault, Is.EqualTo(CredentialFault.None));
        Assert.That(_rig.Told, Does.Contain(new IdentityChange(IdentityChangeKind.CredentialEnded, "user/alice")));
    }

    [Test]
    public async Task A_deleted_user_is_gone_with_his_policies_and_his_connections()
    {
        await AddAsync("alice", policies: "admin");
        await CheckAsync("alice", Password);

        await _rig.Get<Users>().DeleteAsync("alice", ChangedBy.Local, CancellationToken.None);

        Assert.That((await CheckAsync("alice", Password)).Fault, Is.EqualTo(CredentialFault.Unknown));
        Assert.That(_rig.Policies.Attached, Is.Empty);
        Assert.That(_rig.Told, Does.Contain(new IdentityChange(IdentityChangeKind.CredentialEnded, "user/alice")));
    }

    [Test]
    public async Task Five_wrong_ones_lock_and_the_right_one_is_not_looked_at()
    {
        await AddAsync("alice");
        for (var round = 0; round < 5; round++)
        {
            await CheckAsync("alice", "wrong password", _attacker);
        }

        Assert.That((await CheckAsync("alice", Password, _attacker)).Fault, Is.EqualTo(CredentialFault.LockedOut));
        Assert.That((await CheckAsync("alice", Password, _home)).Fault, Is.EqualTo(CredentialFault.None));

        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await CheckAsync("alice", Password, _attacker)).Fault, Is.EqualTo(CredentialFault.None));
    }

    [Test]
    public async Task A_name_that_nobody_has_is_locked_like_one_that_is_there()
    {
        for (var round = 0; round < 5; round++)
        {
            await CheckAsync("nobody", "wrong password", _attacker);
        }

        Assert.That((await CheckAsync("nobody", "wrong password", _attacker)).Fault, Is.EqualTo(CredentialFault.LockedOut));
    }

    [Test]
    public async Task Guesses_that_come_all_at_once_meet_the_lock_too()
    {
        await AddAsync("alice");
        var checks = _rig.Get<IPasswordChecks>();

        var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(guess => checks.CheckAsync("alice", Encoding.UTF8.GetBytes($"guess number {guess}"), _attacker, CancellationToken.None).AsTask()));

        // Five are free; one more may already have had its turn beside the fifth.
        Assert.That(all.Count(check => check.Fault == CredentialFault.WrongSecret), Is.LessThanOrEqualTo(5 + _rig.Hashing.AtOnce - 1));
    }

    [Test]
    public async Task A_login_of_a_thing_goes_with_it()
    {
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        await AddAsync("robot", thing: "vac-1", policies: "admin");
        await CheckAsync("robot", Password);

        await _rig.Things.DeleteAsync("vac-1", null, ChangedBy.Local);

        Assert.That((await CheckAsync("robot", Password)).Fault, Is.EqualTo(CredentialFault.Unknown));
        Assert.That(_rig.Policies.Attached, Is.Empty);
        Assert.That(_rig.Told, Does.Contain(new IdentityChange(IdentityChangeKind.CredentialEnded, "user/robot")));

        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        await _rig.ReopenAsync();
        Assert.That((await CheckAsync("robot", Password)).Fault, Is.EqualTo(CredentialFault.Unknown), "a new thing of that name does not bring it back");
    }

    [Test]
    public async Task A_login_that_is_made_while_its_thing_is_deleted_is_not_left_behind()
    {
        for (var round = 0; round < 10; round++)
        {
            await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
            var adding = Task.Run(async () => { try { await AddAsync($"robot-{round}", thing: "vac-1"); } catch (ChangeRefusedException) { /* the thing went first */ } });
            await Task.WhenAll(adding, Task.Run(() => _rig.Things.DeleteAsync("vac-1", null, ChangedBy.Local)));
            await _rig.ReopenAsync();

            Assert.That(_rig.Get<Users>().List(), Is.Empty);
        }
    }

    [TestCase("short")]
    [TestCase("with\0a NUL in it")]
    [TestCase("with a line end\n")]
    public void A_password_that_clients_would_cut_or_guess_is_not_set(string password) =>
        Assert.That(() => AddAsync("alice", password), Throws.TypeOf<ChangeRefusedException>().With.Property("Fault").EqualTo(ChangeFault.Invalid));

    [Test]
    public async Task A_name_is_given_once()
    {
        await AddAsync("alice");

        Assert.That(() => AddAsync("alice", "another password"), Throws.TypeOf<ChangeRefusedException>().With.Property("Fault").EqualTo(ChangeFault.Conflict));
        Assert.That((await CheckAsync("alice", Password)).Fault, Is.EqualTo(CredentialFault.None));
    }

    [Test]
    public async Task No_secret_is_in_the_audit()
    {
        await AddAsync("alice");
        await CheckAsync("alice", "another password", _attacker);

        Assert.That(_rig.Audit.Entries.Select(entry => entry.ToString()), Has.None.Contains("password,").And.None.Contains(Password).And.None.Contains("another password"));
        Assert.That(_rig.Audit.Entries.Select(entry => entry.Action), Does.Contain("user.create"));
    }

    private Task<UserRecord> AddAsync(string name, string password = Password, string? thing = null, params string[] policies) =>
        _rig.Get<Users>().AddAsync(name, Encoding.UTF8.GetBytes(password), thing, policies, ChangedBy.Local, CancellationToken.None);

    private async Task<CredentialCheck> CheckAsync(string name, string password, IPAddress? source = null) =>
        await _rig.Get<IPasswordChecks>().CheckAsync(name, Encoding.UTF8.GetBytes(password), source ?? _home, CancellationToken.None);
}
