using Microsoft.Extensions.Logging.Abstractions;
using Roost.Identity.Audit;
using Roost.Identity.Store;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Audit;

/// <summary>Somebody who may write the files, and even knows the log's format and checksums, but has no key.</summary>
public sealed class AuditTamperingTests
{
    private TemporaryFolder _folder = null!;

    private string Identity => _folder["identity"];

    private string Audit => Path.Combine(Identity, AuditLog.FolderName);

    private string Segments => AuditLog.SegmentsOf(Audit);

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task An_untouched_chain_is_whole_and_signed_to_its_end()
    {
        await AuditHost.WriteAsync(Identity, 600);

        var verification = AuditHost.Verify(Identity);

        Assert.That(verification.Faults, Is.Empty);
        Assert.That(verification.HasTornTail, Is.False);
        Assert.That((verification.First, verification.Last, verification.SignedTo), Is.EqualTo((0L, 603L, 603L)), "0, 256 and 512 are checkpoints, and the last one");
        Assert.That(verification.Checkpoints, Is.EqualTo(4));
    }

    [Test]
    public async Task Every_byte_that_is_flipped_in_a_record_is_noticed()
    {
        await AuditHost.WriteAsync(Identity, 3);
        var segment = Directory.GetFiles(Segments, "*.log").Single();
        var sound = await File.ReadAllBytesAsync(segment);
        var records = sound.AsSpan().LastIndexOf("\"}"u8) + 2; // header and records; the mark of an orderly close and zeros behind them say nothing
        Assert.That(records, Is.GreaterThan(500));
        for (var at = 0; at < records; at++)
        {
            var damaged = (byte[])sound.Clone();
            damaged[at] ^= 0x01;
            await File.WriteAllBytesAsync(segment, damaged);

            Assert.That(AuditHost.Verify(Identity).Faults, Is.Not.Empty, $"byte {at}");
        }
    }

    [Test]
    public async Task A_record_changed_by_who_knows_the_format_is_noticed()
    {
        await AuditHost.WriteAsync(Identity, 20);

        await RewriteAsync(records => [.. records.Select((record, index) => index == 7 ? Replace(record, "vac-6", "vac-9") : record)]);

        Assert.That(AuditHost.Verify(Identity).Faults, Is.EqualTo(new[] { "record 8 does not follow from record 7: one of them was changed" }));
    }

    [Test]
    public async Task A_record_that_was_taken_out_is_noticed()
    {
        await AuditHost.WriteAsync(Identity, 20);

        await RewriteAsync(records => [.. records.Where((_, index) => index != 7)]);

        Assert.That(AuditHost.Verify(Identity).Faults, Is.EqualTo(new[] { "records 7 to 7 are missing" }));
    }

    [Test]
    public async Task A_record_that_was_put_in_is_noticed()
    {
        await AuditHost.WriteAsync(Identity, 20);

        await RewriteAsync(records => [.. records.Take(7), records[3], .. records.Skip(7)]);

        Assert.That(AuditHost.Verify(Identity).Faults, Has.Some.Contains("record 3 stands behind record 6"));
    }

    [Test]
    public async Task Records_that_changed_places_are_noticed()
    {
        await AuditHost.WriteAsync(Identity, 20);

        await RewriteAsync(records => [.. records.Take(7), records[8], records[7], .. records.Skip(9)]);

        Assert.That(AuditHost.Verify(Identity).Faults, Has.Some.Contains("record 7 stands behind record 8"));
    }

    [Test]
    public async Task Records_cut_off_at_the_end_are_noticed()
    {
        await AuditHost.WriteAsync(Identity, 20);

        await RewriteAsync(records => [.. records.SkipLast(3)]);

        Assert.That(AuditHost.Verify(Identity).Faults, Is.EqualTo(new[] { "records 19 to 21 are missing at the end" }));
    }

    [Test]
    public async Task Records_cut_off_at_the_end_stay_noticed_after_the_daemon_went_on()
    {
        await AuditHost.WriteAsync(Identity, 20);
        await RewriteAsync(records => [.. records.SkipLast(3)]);

        await AuditHost.WriteAsync(Identity, 5);

        Assert.That(AuditHost.Verify(Identity).Faults, Is.EqualTo(new[]
        {
            "records 19 to 21 are missing", "record 22 says what the daemon found when it started: records are missing at the end: the last one was 21",
        }));
    }

    [Test]
    public async Task A_chain_linked_anew_behind_a_change_is_noticed_by_its_signatures()
    {
        await AuditHost.WriteAsync(Identity, 300);

        await RewriteAsync(records => LinkAnew(records, 7, record => Replace(record, "vac-6", "vac-9")));

        var faults = AuditHost.Verify(Identity).Faults;
        Assert.That(faults, Does.Contain("the signature of checkpoint 256 is wrong"));
        Assert.That(faults, Does.Contain("record 302 is not the one that was signed as the last"));
    }

    [Test]
    public async Task A_chain_linked_anew_without_its_checkpoints_is_noticed()
    {
        await AuditHost.WriteAsync(Identity, 300);

        await RewriteAsync(records => LinkAnew(records, 256, record =>
            AuditRecordCodec.Encode(AuditRecordCodec.TryDecode(record)! with { Key = null, Signature = null, Entry = new AuditEntry("connect") })));

        Assert.That(AuditHost.Verify(Identity).Faults, Has.Some.Contains("record 256 is no checkpoint"));
    }

    [Test]
    public async Task A_chain_signed_by_another_key_is_noticed()
    {
        await AuditHost.WriteAsync(_folder["forger"], 30);
        await AuditHost.WriteAsync(Identity, 30);
        Directory.Delete(Path.Combine(Identity, AuditLog.FolderName), recursive: true);
        Directory.Move(Path.Combine(_folder["forger"], AuditLog.FolderName), Path.Combine(Identity, AuditLog.FolderName));

        var faults = AuditHost.Verify(Identity).Faults;

        Assert.That(faults, Has.Some.Contains("is signed by key"));
        Assert.That(faults, Has.Some.Contains("the signature of the head does not fit the key"));
    }

    [Test]
    public async Task A_head_that_was_removed_is_noticed_and_stays_so()
    {
        await AuditHost.WriteAsync(Identity, 20);
        File.Delete(Path.Combine(Identity, AuditLog.FolderName, AuditHead.FileName));

        Assert.That(AuditHost.Verify(Identity).Faults, Has.Some.Contains("the file with the signed head is missing"));

        await AuditHost.WriteAsync(Identity, 1);
        Assert.That(AuditHost.Verify(Identity).Faults, Has.Some.Contains("the daemon did not go on from record 21"));
    }

    [Test]
    public async Task A_whole_log_that_was_removed_is_noticed()
    {
        await AuditHost.WriteAsync(Identity, 20);
        Directory.Delete(Segments, recursive: true);

        await AuditHost.WriteAsync(Identity, 1);

        Assert.That(AuditHost.Verify(Identity).Faults, Has.Some.Contains("those before it were taken away"));
    }

    [Test]
    public async Task An_audit_that_was_removed_with_its_head_is_noticed_and_stays_so()
    {
        await AuditHost.WriteAsync(Identity, 20);
        Directory.Delete(Audit, recursive: true);

        await AuditHost.WriteAsync(Identity, 5);
        await AuditHost.WriteAsync(Identity, 5);

        Assert.That(AuditHost.Verify(Identity).Faults, Has.Some.Contains("those before it were taken away"));
    }

    [Test]
    public async Task An_end_that_was_cut_off_with_the_head_is_noticed_and_stays_so()
    {
        await AuditHost.WriteAsync(Identity, 20);
        await RewriteAsync(records => [.. records.SkipLast(10)]);
        File.Delete(Path.Combine(Audit, AuditHead.FileName));

        await AuditHost.WriteAsync(Identity, 5);

        Assert.That(AuditHost.Verify(Identity).Faults, Does.Contain("records 12 to 21 are missing"));
    }

    [Test]
    public async Task A_history_linked_anew_without_a_head_is_not_signed_on()
    {
        await AuditHost.WriteAsync(Identity, 200);
        await RewriteAsync(records => LinkAnew([.. records.SkipLast(1)], 7, record => Replace(record, "vac-6", "vac-9")));
        File.Delete(Path.Combine(Audit, AuditHead.FileName));

        await AuditHost.WriteAsync(Identity, 5);

        Assert.That(AuditHost.Verify(Identity).Faults, Has.Some.Contains("says what the daemon found when it started"));
        Assert.That(AuditHost.VerifyWithKey(Identity).Faults, Does.Contain("record 7 was not written by the daemon"));
    }

    [Test]
    public async Task A_record_forged_behind_the_signed_end_is_not_signed_on()
    {
        await AuditHost.WriteAsync(Identity, 20);
        await RewriteAsync(records =>
        {
            var last = AuditRecordCodec.TryDecode(records[^1])!;
            var forged = new AuditRecord
            {
                Time = last.Time, Sequence = last.Sequence + 1, Previous = AuditHash.Of(records[^1]), Entry = new AuditEntry("token.create") { Principal = "user/bob" }, Mac = last.Mac,
            };
            return [.. records, AuditRecordCodec.Encode(forged)];
        });

        Assert.That(AuditHost.VerifyWithKey(Identity).Faults, Is.EqualTo(new[] { "record 22 was not written by the daemon" }));

        await AuditHost.WriteAsync(Identity, 5);

        Assert.That(AuditHost.Verify(Identity).Faults, Is.EqualTo(new[]
        {
            "the daemon did not go on from record 22: it found the chain to be broken there",
            "record 23 says what the daemon found when it started: record 22 was not written by this daemon",
        }));
    }

    [Test]
    public async Task A_checkpoint_does_not_do_for_a_head()
    {
        await AuditHost.WriteAsync(Identity, 300);
        var checkpoint = (AuditRecord?)null;
        await RewriteAsync(records =>
        {
            checkpoint = AuditRecordCodec.TryDecode(records[256]);
            return [.. records.Take(256)];
        });
        File.Delete(Path.Combine(Audit, AuditHead.FileName));
        using (var head = AuditHead.OpenFile(Audit))
        {
            head.Write(System.Text.Encoding.UTF8.GetBytes(
                $$"""{"offset":255,"sequence":255,"hash":"{{checkpoint!.Previous}}","noted":-1,"signature":"{{checkpoint.Signature}}"}"""));
        }

        Assert.That(AuditHost.Verify(Identity).Faults, Has.Some.Contains("the signature of the head does not fit the key"));
    }

    [Test]
    public async Task An_older_copy_that_was_put_back_is_noticed_at_the_next_start_and_stays_so()
    {
        await AuditHost.WriteAsync(Identity, 20);
        Copy(Audit, _folder["copy"]);
        await AuditHost.WriteAsync(Identity, 100);
        Directory.Delete(Audit, recursive: true);
        Directory.Move(_folder["copy"], Audit);

        await AuditHost.WriteAsync(Identity, 5);
        await AuditHost.WriteAsync(Identity, 5);

        Assert.That(AuditHost.Verify(Identity).Faults, Is.EqualTo(new[]
        {
            "records 22 to 122 are missing",
            "record 123 says what the daemon found when it started: it ends with record 21, but has had record 122: an older copy was put back, or it was emptied",
        }));
    }

    [Test]
    public async Task Another_history_of_the_same_length_put_back_is_noticed()
    {
        await AuditHost.WriteAsync(Identity, 20);
        Copy(Identity, _folder["other"]);
        await AuditHost.WriteAsync(Identity, 30);
        await AuditHost.WriteAsync(_folder["other"], 40);
        Directory.Delete(Audit, recursive: true);
        Directory.Move(Path.Combine(_folder["other"], AuditLog.FolderName), Audit);

        await AuditHost.WriteAsync(Identity, 1);

        Assert.That(AuditHost.Verify(Identity).Faults, Has.Some.Contains("is not the one that was noted in the identity database"));
    }

    [Test]
    public async Task A_database_that_was_put_back_by_hand_is_audited_once_and_breaks_nothing()
    {
        await AuditHost.WriteAsync(Identity, 20);
        File.Copy(Path.Combine(Identity, IdentityDatabase.FileName), _folder["older.db"]);
        await AuditHost.WriteAsync(Identity, 20);
        File.Copy(_folder["older.db"], Path.Combine(Identity, IdentityDatabase.FileName), overwrite: true);

        await AuditHost.WriteAsync(Identity, 1);
        await AuditHost.WriteAsync(Identity, 1);

        Assert.That((await ActionsAsync()).Count(action => action == "identity.restored"), Is.EqualTo(1));
        Assert.That(AuditHost.Verify(Identity).Faults, Is.Empty);
    }

    [TestCase(5L, 3L, "no records are looked at: 5 is behind 3")]
    [TestCase(null, 5000L, "records 22 to 5000 are not there")]
    [TestCase(30L, 40L, "records 30 to 40 are not there")]
    [TestCase(30L, null, "there is no record 30")]
    public async Task What_is_asked_for_and_not_there_is_not_whole(long? from, long? to, string fault)
    {
        await AuditHost.WriteAsync(Identity, 20);

        Assert.That(AuditHost.Verify(Identity, from, to).Faults, Is.EqualTo(new[] { fault }));
    }

    [Test]
    public async Task An_audit_without_a_record_is_whole()
    {
        await using (await AuditHost.StartAsync(Identity))
        {
            Assert.That(AuditHost.Verify(Identity).Faults, Is.Empty);
        }

        Assert.That(AuditHost.Verify(Identity).Faults, Is.Empty);
    }

    [Test]
    public async Task A_torn_tail_is_no_tampering()
    {
        await AuditHost.WriteAsync(Identity, 20);
        var segment = Directory.GetFiles(Segments, "*.log").Single();
        await using (var file = new FileStream(segment, FileMode.Append))
        {
            file.Write("half of a record that nobody was told of"u8);
        }

        var verification = AuditHost.Verify(Identity);

        Assert.That((verification.Faults.Count, verification.HasTornTail), Is.EqualTo((0, true)));
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var folder in Directory.EnumerateDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    private async Task<List<string>> ActionsAsync()
    {
        await using var log = Open();
        using var reader = log.OpenReader(0);
        var actions = new List<string>();
        while (reader.TryRead(1000, 1024 * 1024, out var records))
        {
            actions.AddRange(records.Select(record => AuditRecordCodec.TryDecode(record.Payload)!.Entry.Action));
        }

        return actions;
    }

    /// <summary>Writes the whole log anew with sound checksums: what an attacker does who has read docs/formats.</summary>
    private async Task RewriteAsync(Func<List<byte[]>, List<byte[]>> change)
    {
        var records = new List<byte[]>();
        await using (var log = Open())
        {
            using var reader = log.OpenReader(0);
            while (reader.TryRead(1000, 1024 * 1024, out var some))
            {
                records.AddRange(some.Select(record => record.Payload.ToArray()));
            }
        }

        Directory.Delete(Segments, recursive: true);
        await using var forged = Open();
        foreach (var record in change(records))
        {
            forged.Append([], AuditLog.Headers, record);
        }
    }

    private static List<byte[]> LinkAnew(List<byte[]> records, int changed, Func<byte[], byte[]> change)
    {
        var forged = records.Take(changed).ToList();
        forged.Add(change(records[changed]));
        foreach (var record in records.Skip(changed + 1))
        {
            forged.Add(AuditRecordCodec.Encode(AuditRecordCodec.TryDecode(record)! with { Previous = AuditHash.Of(forged[^1]) }));
        }

        return forged;
    }

    private static byte[] Replace(byte[] record, string text, string by) =>
        System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(record).Replace(text, by, StringComparison.Ordinal));

    private AppendLog Open() => AppendLog.Open(Segments, new AppendLogOptions(), TimeProvider.System, NullLogger.Instance);
}
