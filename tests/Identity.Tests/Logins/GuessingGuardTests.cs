using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Identity.Logins;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Logins;

public sealed class GuessingGuardTests
{
    private const string Owner = "user/owner";
    private static readonly IPAddress _attacker = IPAddress.Parse("192.0.2.66");
    private static readonly IPAddress _home = IPAddress.Parse("192.0.2.7");

    private ManualTimeProvider _time = null!;
    private RecordedAudit _audit = null!;
    private ServiceProvider _meters = null!;
    private GuessingGuard _guard = null!;

    [SetUp]
    public void MakeGuard()
    {
        _time = new ManualTimeProvider();
        _audit = new RecordedAudit();
        _meters = new ServiceCollection().AddMetrics().AddSingleton<LoginMetrics>().BuildServiceProvider();
        _guard = new GuessingGuard(_time, _audit, _meters.GetRequiredService<LoginMetrics>(), NullLogger<GuessingGuard>.Instance);
    }

    [TearDown]
    public void RemoveGuard() => _meters.Dispose();

    [Test]
    public void Five_wrong_tries_lock_and_time_unlocks()
    {
        Fail(Owner, _attacker, 4);
        Assert.That(_guard.LockedFor(Owner, _attacker), Is.EqualTo(TimeSpan.Zero));

        _guard.Failed(Owner, _attacker);
        Assert.That(_guard.LockedFor(Owner, _attacker), Is.EqualTo(TimeSpan.FromSeconds(1)));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(_guard.LockedFor(Owner, _attacker), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Each_further_one_doubles_the_lock_up_to_a_quarter_of_an_hour()
    {
        var locks = new List<double>();
        Fail(Owner, _attacker, 5);
        for (var round = 0; round < 12; round++)
        {
            locks.Add(_guard.LockedFor(Owner, _attacker).TotalSeconds);
            _time.Advance(_guard.LockedFor(Owner, _attacker));
            _guard.Failed(Owner, _attacker);
        }

        Assert.That(locks, Is.EqualTo(new double[] { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900 }));
    }

    [Test]
    public void The_lock_does_not_overflow_however_long_somebody_guesses()
    {
        Fail(Owner, _attacker, 100_000);

        Assert.That(_guard.LockedFor(Owner, _attacker), Is.EqualTo(TimeSpan.FromMinutes(15)));
    }

    [Test]
    public void A_day_of_guessing_from_one_address_gets_a_hundred_tries()
    {
        var looked = 0;
        for (var second = 0; second < 86_400; second += 10)
        {
            if (_guard.LockedFor(Owner, _attacker) == TimeSpan.Zero)
            {
                looked++;
                _guard.Failed(Owner, _attacker);
            }

            _time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.That(looked, Is.LessThanOrEqualTo(115));
    }

    [Test]
    public void A_flood_from_one_address_leaves_the_owner_alone_at_another()
    {
        for (var hour = 0; hour < 200; hour++)
        {
            Guess(Owner, _attacker);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.That(_guard.LockedFor(Owner, _home), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void An_owner_who_has_been_there_before_is_not_locked_by_a_flood_from_everywhere()
    {
        _guard.Succeeded(Owner, _home);
        for (var address = 0; address < 1000; address++)
        {
            _guard.Failed(Owner, new IPAddress([10, 0, (byte)(address >> 8), (byte)address]));
        }

        Assert.That(_guard.LockedFor(Owner, IPAddress.Parse("198.51.100.1")), Is.GreaterThan(TimeSpan.Zero), "who was never there meets the lock of the name");
        Assert.That(_guard.LockedFor(Owner, _home), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void The_lock_of_a_name_is_short_wherever_the_owner_comes_from()
    {
        for (var address = 0; address < 5000; address++)
        {
            _guard.Failed(Owner, new IPAddress([10, 0, (byte)(address >> 8), (byte)address]));
        }

        Assert.That(_guard.LockedFor(Owner, IPAddress.Parse("198.51.100.1")), Is.LessThanOrEqualTo(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public void One_password_on_many_names_locks_the_address()
    {
        for (var name = 0; name < 50; name++)
        {
            _guard.Failed($"user/{name}", _attacker);
        }

        Assert.That(_guard.LockedFor("user/another", _attacker), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(_guard.LockedFor("user/another", _home), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void A_right_login_of_his_own_does_not_free_a_guesser_for_other_names()
    {
        for (var name = 0; name < 50; name++)
        {
            _guard.Failed($"user/{name}", _attacker);
        }

        _guard.Succeeded("user/mallory", _attacker);

        Assert.That(_guard.LockedFor("user/another", _attacker), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(_guard.LockedFor("user/mallory", _attacker), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void A_robot_behind_the_same_address_as_a_guesser_still_comes_in()
    {
        _guard.Succeeded("user/vac-1", _attacker);
        for (var name = 0; name < 500; name++)
        {
            _guard.Failed($"user/{name}", _attacker);
        }

        Assert.That(_guard.LockedFor("user/vac-1", _attacker), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void One_machine_with_many_IPv6_addresses_is_one()
    {
        for (var host = 1; host <= 5; host++)
        {
            _guard.Failed(Owner, IPAddress.Parse($"2001:db8::{host}"));
        }

        Assert.That(_guard.LockedFor(Owner, IPAddress.Parse("2001:db8::ffff:1")), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(_guard.LockedFor(Owner, IPAddress.Parse("2001:db8:0:1::1")), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void A_neighbour_in_the_same_IPv6_network_does_not_lock_out_who_was_there_before()
    {
        _guard.Succeeded("user/vac-1", IPAddress.Parse("2001:db8::1"));
        Fail("user/vac-1", IPAddress.Parse("2001:db8::bad"), 20);

        Assert.That(_guard.LockedFor("user/vac-1", IPAddress.Parse("2001:db8::bad")), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(_guard.LockedFor("user/vac-1", IPAddress.Parse("2001:db8::1")), Is.EqualTo(TimeSpan.Zero));
    }

    /// <summary>All machines of a site are in one such network, and one of them must not lock out the others.</summary>
    [TestCase("fe80::")]
    [TestCase("fd00:1::")]
    public void A_guesser_in_a_network_of_the_site_locks_himself_alone(string network)
    {
        for (var i = 0; i < 90; i++)
        {
            Fail($"user/u{i}", IPAddress.Parse($"{network}bad"), 1);
        }

        Assert.That(_guard.LockedFor("user/ann", IPAddress.Parse($"{network}bad")), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(_guard.LockedFor("user/ann", IPAddress.Parse($"{network}1")), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void An_IPv4_address_is_the_same_on_a_listener_of_both_kinds()
    {
        Fail(Owner, IPAddress.Parse("::ffff:192.0.2.66"), 5);

        Assert.That(_guard.LockedFor(Owner, _attacker), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public void Success_forgets_what_was_wrong_before()
    {
        Fail(Owner, _home, 4);
        _guard.Succeeded(Owner, _home);
        Fail(Owner, _home, 4);

        Assert.That(_guard.LockedFor(Owner, _home), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void An_hour_without_a_wrong_try_forgets_them()
    {
        Fail(Owner, _attacker, 20);
        _time.Advance(TimeSpan.FromMinutes(61));
        Fail(Owner, _attacker, 4);

        Assert.That(_guard.LockedFor(Owner, _attacker), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void A_clock_that_is_set_neither_locks_nor_unlocks()
    {
        Fail(Owner, _attacker, 10);
        var before = _guard.LockedFor(Owner, _attacker);

        _time.SetUtcNow(_time.GetUtcNow().AddYears(1));

        Assert.That(_guard.LockedFor(Owner, _attacker), Is.EqualTo(before));
    }

    [Test]
    public void Names_that_are_made_up_do_not_wash_a_lock_away_nor_fill_the_memory()
    {
        Fail(Owner, _attacker, 10);
        for (var name = 0; name < 200_000; name++)
        {
            _guard.Failed($"user/made-up-{name}", new IPAddress([10, (byte)(name >> 16), (byte)(name >> 8), (byte)name]));
        }

        Assert.That(_guard.LockedFor(Owner, _attacker), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(_guard.Count, Is.LessThanOrEqualTo(3 * 4096));
    }

    [Test]
    public void A_name_of_a_megabyte_is_kept_as_a_short_one()
    {
        var name = "user/" + new string('x', 1 << 20);
        Fail(name, _attacker, 5);

        Assert.That(_guard.LockedFor(name, _attacker), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(_guard.LocksOf(name)[0].Source, Is.EqualTo("192.0.2.66"));
        Assert.That(_audit.Entries.Single().Principal, Has.Length.LessThanOrEqualTo(128));
    }

    [Test]
    public void An_operator_sees_the_locks_and_takes_them_away()
    {
        Fail(Owner, _attacker, 6);

        Assert.That(_guard.LocksOf(Owner)[0], Is.EqualTo(new GuessingLock("192.0.2.66", 6, TimeSpan.FromSeconds(2))));
        _guard.Unlock(Owner);
        Assert.That(_guard.LocksOf(Owner), Is.Empty);
        Assert.That(_guard.LockedFor(Owner, _attacker), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void A_lock_is_in_the_audit_with_who_and_from_where()
    {
        Fail(Owner, _attacker, 5);

        var entry = _audit.Entries.Single();
        Assert.That((entry.Action, entry.Principal, entry.Source), Is.EqualTo(("lock", Owner, "192.0.2.66")));
    }

    [Test]
    public void The_unix_socket_is_never_locked()
    {
        for (var round = 0; round < 100; round++)
        {
            _guard.Failed(Owner, source: null);
        }

        Assert.That(_guard.LockedFor(Owner, source: null), Is.EqualTo(TimeSpan.Zero));
        Assert.That(_guard.LockedFor(Owner, _home), Is.EqualTo(TimeSpan.Zero));
    }

    private void Guess(string name, IPAddress source)
    {
        if (_guard.LockedFor(name, source) == TimeSpan.Zero)
        {
            _guard.Failed(name, source);
        }
    }

    private void Fail(string name, IPAddress source, int times)
    {
        for (var round = 0; round < times; round++)
        {
            _guard.Failed(name, source);
        }
    }
}
