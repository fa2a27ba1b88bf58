using Roost.Identity.Audit;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Audit;

public sealed class AuditTrailTests
{
    private TemporaryFolder _folder = null!;

    private string Identity => _folder["identity"];

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_recorded_entry_is_there_when_its_task_completes()
    {
        await using var host = await AuditHost.StartAsync(Identity);

        await host.Trail.RecordAsync(new AuditEntry("policy.attach") { Principal = "user/ann", Thing = "vac-1", Resource = "policy/p", Source = "192.168.1.7 port 40000" });

        var record = Records(host)[^1];
        Assert.That(record.Entry, Is.EqualTo(new AuditEntry("policy.attach") { Principal = "user/ann", Thing = "vac-1", Resource = "policy/p", Source = "192.168.1.7 port 40000" }));
        Assert.That(record.Sequence, Is.EqualTo(1), "behind the first checkpoint");
    }

    [Test]
    public async Task What_was_noted_is_written_before_what_is_recorded_after_it()
    {
        await using var host = await AuditHost.StartAsync(Identity);
        host.Trail.Note(new AuditEntry("connect") { ClientId = "vac-1" });

        await host.Trail.RecordAsync(new AuditEntry("certificate.revoke"));

        Assert.That(Records(host).Select(record => record.Entry.Action), Is.EqualTo(new[] { "audit.checkpoint", "connect", "certificate.revoke" }));
    }

    [Test]
    public async Task A_record_has_the_time_of_what_happened_not_of_its_writing()
    {
        var clock = new ManualTimeProvider();
        await using var host = await AuditHost.StartAsync(Identity, clock);
        var happened = clock.GetUtcNow();
        host.Trail.Note(new AuditEntry("connect"));

        clock.SetUtcNow(happened + TimeSpan.FromSeconds(9));
        await host.Trail.RecordAsync(new AuditEntry("done"));

        Assert.That(Records(host).Single(record => record.Entry.Action == "connect").Time, Is.EqualTo(happened));
    }

    [Test]
    public async Task What_was_noted_is_written_at_the_end()
    {
        await using (var host = await AuditHost.StartAsync(Identity))
        {
            host.Trail.Note(new AuditEntry("disconnect") { ClientId = "vac-1" });
        }

        await using var again = await AuditHost.StartAsync(Identity);
        Assert.That(Records(again).Select(record => record.Entry.Action), Is.EqualTo(new[] { "audit.checkpoint", "disconnect", "audit.checkpoint" }));
    }

    [Test]
    public async Task A_flood_of_one_is_summarised_and_others_are_still_seen()
    {
        var clock = new ManualTimeProvider();
        await using var host = await AuditHost.StartAsync(Identity, clock);
        for (var i = 0; i < 10_000; i++)
        {
            host.Trail.Note(new AuditEntry("deny.connect") { Source = $"192.168.1.66:{1024 + i}", Reason = "wrong password" });
        }

        host.Trail.Note(new AuditEntry("deny.connect") { Source = "192.168.1.7:40000", Reason = "expired" });
        clock.Advance(TimeSpan.FromSeconds(1));
        await host.Trail.RecordAsync(new AuditEntry("done"));

        var denials = Records(host).Where(record => record.Entry.Action == "deny.connect").ToList();
        Assert.That(denials, Has.Count.EqualTo(AuditFlood.MostAlike + 2));
        Assert.That(denials.Sum(record => record.Count ?? 1), Is.EqualTo(10_001));
        Assert.That(denials.Count(record => record.Entry.Reason == "expired"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_flood_under_a_hundred_thousand_names_is_bounded_and_counted()
    {
        var clock = new ManualTimeProvider();
        await using var host = await AuditHost.StartAsync(Identity, clock);
        for (var i = 0; i < 100_000; i++)
        {
            host.Trail.Note(new AuditEntry("deny.connect") { Principal = $"user/{i}" });
        }

        clock.Advance(TimeSpan.FromSeconds(1));
        await host.Trail.RecordAsync(new AuditEntry("done"));

        var denials = Records(host).Where(record => record.Entry.Action == "deny.connect").ToList();
        Assert.That(denials, Has.Count.LessThanOrEqualTo(AuditFlood.MostTogether + 1));
        Assert.That(denials.Sum(record => record.Count ?? 1), Is.EqualTo(100_000));
    }

    [Test]
    public async Task Strangers_cannot_drive_out_what_was_recorded_by_any_number_of_names_or_addresses()
    {
        var clock = new ManualTimeProvider();
        await using var host = await AuditHost.StartAsync(Identity, clock);
        await host.Trail.RecordAsync(new AuditEntry("user.create") { Resource = "user/ann" });
        const int Minutes = 20;
        for (var second = 0; second < Minutes * 60; second++)
        {
            for (var i = 0; i < 100; i++)
            {
                host.Trail.Note(new AuditEntry("deny.connect") { Principal = $"user/{second}-{i}", Source = $"[2001:db8:{i % 50:x}::{second:x}]:4000", Reason = "the password is wrong" });
            }

            clock.Advance(TimeSpan.FromSeconds(1));
        }

        clock.Advance(TimeSpan.FromSeconds(AuditFlood.SummarySeconds));
        await host.Trail.RecordAsync(new AuditEntry("done"));

        var records = Records(host);
        var denials = records.Where(record => record.Entry.Action == "deny.connect").ToList();
        Assert.That(denials, Has.Count.LessThanOrEqualTo(AuditFlood.MostOfStrangers + (Minutes * 3) + 2));
        Assert.That(denials.Sum(record => record.Count ?? 1), Is.EqualTo(Minutes * 60 * 100), "none is lost, each is counted");
        Assert.That(records.Count(record => record.Entry.Action == "user.create"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_client_that_comes_and_goes_for_hours_is_summed_up_by_the_minute_and_others_are_not()
    {
        var clock = new ManualTimeProvider();
        await using var host = await AuditHost.StartAsync(Identity, clock);
        for (var second = 0; second < 3600; second++)
        {
            host.Trail.Note(new AuditEntry("connect") { Principal = "cert/1", Source = "192.168.1.20:4000" });
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        host.Trail.Note(new AuditEntry("connect") { Principal = "cert/2", Source = "192.168.1.20:4000" });
        clock.Advance(TimeSpan.FromSeconds(AuditFlood.SummarySeconds));
        await host.Trail.RecordAsync(new AuditEntry("done"));

        var connects = Records(host).Where(record => record.Entry.Action == "connect").ToList();
        Assert.That(connects, Has.Count.LessThanOrEqualTo(AuditFlood.MostOfPrincipal + (60 * 11) + 2));
        Assert.That(connects.Sum(record => record.Count ?? 1), Is.EqualTo(3601));
        Assert.That(connects.Single(record => record.Entry.Principal == "cert/2").Count, Is.Null);
    }

    [Test]
    public async Task Texts_of_strangers_are_cut_and_made_sound()
    {
        await using (var host = await AuditHost.StartAsync(Identity))
        {
            await host.Trail.RecordAsync(new AuditEntry("deny.publish") { Resource = new string('x', 100_000), ClientId = "half \ud800 of a pair \"\n\u0000" });
            var record = Records(host)[^1];
            Assert.That(record.Entry.Resource, Has.Length.EqualTo(AuditRecordCodec.MaxText));
            Assert.That(record.Entry.ClientId, Is.EqualTo("half \ufffd of a pair \"\n\u0000"));
        }

        Assert.That(AuditHost.Verify(Identity).Faults, Is.Empty);
    }

    [Test]
    public async Task Retention_takes_the_oldest_and_the_rest_is_whole()
    {
        await using (var host = await AuditHost.StartAsync(Identity))
        {
            for (var i = 0; i < 15; i++)
            {
                await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => host.Trail.RecordAsync(new AuditEntry("x") { Resource = new string('r', 700) })));
            }
        }

        var verification = AuditHost.Verify(Identity);
        Assert.That(verification.First, Is.GreaterThan(0));
        Assert.That(verification.Faults, Is.Empty);
    }

    [Test]
    public async Task A_part_can_be_verified()
    {
        await AuditHost.WriteAsync(Identity, 50);

        var verification = AuditHost.Verify(Identity, from: 10, to: 20);

        Assert.That((verification.First, verification.Last, verification.Records, verification.Faults.Count), Is.EqualTo((10L, 20L, 11L, 0)));
    }

    [Test]
    public async Task The_key_is_the_daemons_alone_and_a_damaged_one_is_not_replaced()
    {
        await AuditHost.WriteAsync(Identity, 1);
        var path = Path.Combine(Identity, AuditKey.FileName);
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));

        await File.WriteAllTextAsync(path, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

        Assert.That(() => AuditHost.StartAsync(Identity), Throws.TypeOf<IdentityDamagedException>());
    }

    [Test]
    public async Task Changes_are_refused_while_the_disk_is_full_and_written_when_it_is_not()
    {
        await using var host = await AuditHost.StartAsync(Identity);
        using (TinyDisk.Limit(host.Trail.Log!))
        {
            Assert.That(() => host.Trail.RecordAsync(new AuditEntry("policy.create")), Throws.TypeOf<AuditUnavailableException>());
            host.Trail.Note(new AuditEntry("connect"));
            Assert.That(() => host.Trail.EnsureWritableAsync(CancellationToken.None), Throws.TypeOf<AuditUnavailableException>());
            Assert.That(host.Trail.Fault, Is.Not.Null);
        }

        await host.Trail.EnsureWritableAsync(CancellationToken.None);

        Assert.That(host.Trail.Fault, Is.Null);
        var actions = Records(host).Select(record => record.Entry.Action).ToList();
        Assert.That(actions, Is.EqualTo(new[] { "audit.checkpoint", "policy.create", "connect", "audit.resume" }));
    }

    [Test]
    public async Task However_many_changes_meet_a_full_disk_all_are_refused_and_what_waits_is_bounded()
    {
        const int all = AuditTrail.MostInAll + 5000;
        await using var host = await AuditHost.StartAsync(Identity);
        using (TinyDisk.Limit(host.Trail.Log!))
        {
            var refused = Enumerable.Range(0, all).Select(number => host.Trail.RecordAsync(new AuditEntry("thing.update") { Resource = $"{number}" })).ToList();
            await Task.WhenAll(refused).ContinueWith(static _ => { }, TaskScheduler.Default);
            Assert.That(refused.Select(task => task.Exception?.InnerException), Is.All.TypeOf<AuditUnavailableException>());
        }

        await host.Trail.EnsureWritableAsync(CancellationToken.None);

        Assert.That(host.Trail.Log!.NextOffset, Is.LessThan(AuditTrail.MostInAll + 100));
        await host.Trail.RecordAsync(new AuditEntry("thing.create"));
        Assert.That(Records(host).Last().Entry.Action, Is.EqualTo("thing.create"), "and it goes on");
    }

    private static List<AuditRecord> Records(AuditHost host)
    {
        using var reader = host.Trail.Log!.OpenReader(0);
        var found = new List<AuditRecord>();
        while (reader.TryRead(1000, 1024 * 1024, out var records))
        {
            found.AddRange(records.Select(record => AuditRecordCodec.TryDecode(record.Payload)!));
        }

        return found;
    }
}
