using System.Net;
using Roost.Identity.Logins;
using Roost.Identity.Store;

namespace Roost.Identity.Tests.Logins;

public sealed class FamiliarSourceTests
{
    private const string Robot = "user/vac-1";
    private static readonly IPAddress s_home = IPAddress.Parse("192.0.2.7");

    private LoginRig _rig = null!;

    private IGuessingGuard Guard => _rig.Get<IGuessingGuard>();

    [SetUp]
    public async Task StartAsync() => _rig = await LoginRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task Who_was_at_home_before_a_restart_is_not_locked_out_after_it_by_guesses_from_everywhere()
    {
        Guard.Succeeded(Robot, s_home);
        await _rig.ReopenAsync();

        GuessFromEverywhere();

        Assert.That(Guard.LockedFor(Robot, s_home), Is.EqualTo(TimeSpan.Zero));
        Assert.That(Guard.LockedFor(Robot, IPAddress.Parse("192.0.2.8")), Is.GreaterThan(TimeSpan.Zero), "a name is locked for those who are strangers to it");
    }

    [Test]
    public async Task A_kill_costs_what_came_in_the_last_minute_alone()
    {
        Guard.Succeeded(Robot, s_home);
        await _rig.Get<FamiliarSourceStore>().KeepAsync();

        var rows = _rig.Get<IdentityDatabase>().Store.Read(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT name || ' ' || source FROM familiar_sources";
            return (string?)command.ExecuteScalar();
        });

        Assert.That(rows, Is.EqualTo("user/vac-1 192.0.2.7"), "without an end of the daemon");
    }

    [Test]
    public async Task Coming_in_again_and_again_from_one_address_writes_nothing_more()
    {
        var guard = _rig.Get<GuessingGuard>();
        Guard.Succeeded(Robot, s_home);
        await _rig.Get<FamiliarSourceStore>().KeepAsync();

        Guard.Succeeded(Robot, s_home);

        Assert.That(guard.TakeFamiliarChanges(), Is.Empty);
    }

    [Test]
    public async Task Wrong_tries_make_nobody_familiar()
    {
        GuessFromEverywhere();
        await _rig.ReopenAsync();

        Assert.That(_rig.Get<GuessingGuard>().TakeFamiliarChanges(), Is.Empty);
        GuessFromEverywhere();
        Assert.That(Guard.LockedFor(Robot, IPAddress.Parse("10.0.0.1")), Is.GreaterThan(TimeSpan.Zero));
    }

    private void GuessFromEverywhere()
    {
        for (var round = 0; round < 10; round++)
        {
            for (var address = 1; address < 60; address++)
            {
                Guard.Failed(Robot, new IPAddress([10, 0, 0, (byte)address]));
            }
        }
    }
}
