using System.Text;
using Roost.Storage.Backups;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Backups;

public sealed class BackupArchiveTests
{
    private static readonly BackupManifest s_manifest = new(
        BackupManifest.NewestFormat, "0.1.0", DateTimeOffset.UnixEpoch, [new("shadows", 2), new("things", 1, "two are damaged")]);

    private TemporaryFolder _folder = null!;
    private byte[] _archive = [];

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TemporaryFolder();
        Directory.CreateDirectory(_folder["in/shadows"]);
        Directory.CreateDirectory(_folder["in/things"]);
        await File.WriteAllTextAsync(_folder["in/shadows/shadows.db"], string.Concat(Enumerable.Repeat("some bytes ", 400)));
        await File.WriteAllTextAsync(_folder["in/things/things.db"], "");
        _archive = await WriteAsync(s_manifest);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Whoever_unpacks_it_with_tar_has_files_that_nobody_else_reads()
    {
        await using var tar = new System.Formats.Tar.TarReader(new MemoryStream(_archive));
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            Assert.That(entry.Mode, Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), entry.Name);
        }
    }

    [Test]
    public async Task What_went_in_comes_out()
    {
        var manifest = await ExtractAsync(_archive);

        Assert.That(manifest.Parts, Is.EqualTo(s_manifest.Parts));
        Assert.That((manifest.Format, manifest.Roost, manifest.Created), Is.EqualTo((s_manifest.Format, s_manifest.Roost, s_manifest.Created)));
        Assert.That(await File.ReadAllBytesAsync(_folder["out/shadows/shadows.db"]), Is.EqualTo(await File.ReadAllBytesAsync(_folder["in/shadows/shadows.db"])));
        Assert.That(await File.ReadAllBytesAsync(_folder["out/things/things.db"]), Is.Empty);
    }

    [Test]
    public void Its_list_of_contents_is_frozen()
    {
        using var tar = new System.Formats.Tar.TarReader(new MemoryStream(_archive));
        var names = new List<string>();
        var manifest = "";
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            names.Add(entry.Name);
            manifest = names.Count == 1 ? new StreamReader(entry.DataStream!).ReadToEnd() : manifest;
        }

        Assert.That(names, Is.EqualTo(new[] { "roost-backup.json", "shadows/shadows.db", "things/things.db", "SHA256SUMS" }));
        Assert.That(manifest, Is.EqualTo(
            """
            {
              "format": 1,
              "roost": "0.1.0",
              "created": "1970-01-01T00:00:00+00:00",
              "parts": [
                {
                  "name": "shadows",
                  "format": 2,
                  "remark": null
                },
                {
                  "name": "things",
                  "format": 1,
                  "remark": "two are damaged"
                }
              ]
            }
            """));
    }

    [Test]
    public void Cut_anywhere_it_is_refused()
    {
        // The zeros that end a tar say nothing about what is in it.
        var end = Array.FindLastIndex(_archive, value => value != 0);
        for (var length = 0; length <= end; length += 97)
        {
            Assert.That(() => ExtractAsync(_archive[..length]), Throws.TypeOf<BackupException>(), $"{length} bytes of {_archive.Length}");
        }
    }

    [Test]
    public async Task A_changed_byte_changes_nothing_that_is_restored_or_is_refused()
    {
        for (var at = 0; at < _archive.Length - 1024; at += 61)
        {
            var damaged = _archive.ToArray();
            damaged[at] ^= 0x40;
            try
            {
                await ExtractAsync(damaged);
            }
            catch (BackupException)
            {
                continue;
            }

            Assert.That(await File.ReadAllBytesAsync(_folder["out/shadows/shadows.db"]), Is.EqualTo(await File.ReadAllBytesAsync(_folder["in/shadows/shadows.db"])), $"byte {at}");
        }
    }

    [Test]
    public async Task A_newer_format_is_refused_with_what_to_do()
    {
        var newer = await WriteAsync(s_manifest with { Format = BackupManifest.NewestFormat + 1 });

        Assert.That(() => ExtractAsync(newer), Throws.TypeOf<BackupException>().With.Message.Contain("format 2").And.Message.Contain("newer one"));
    }

    [TestCase("../evil")]
    [TestCase("shadows/../evil")]
    [TestCase("/etc/evil")]
    [TestCase("shadows/..")]
    [TestCase("other/file")]
    [TestCase("file")]
    public void A_name_that_leads_elsewhere_is_refused(string name)
    {
        var archive = new MemoryStream();
        using (var tar = new System.Formats.Tar.TarWriter(archive, System.Formats.Tar.TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(Entry(BackupArchive.ManifestName, """{"format":1,"roost":"x","created":"2026-01-01T00:00:00Z","parts":[{"name":"shadows","format":1}]}"""));
            tar.WriteEntry(Entry(name, "x"));
        }

        Assert.That(() => ExtractAsync(archive.ToArray()), Throws.TypeOf<BackupException>().With.Message.Contain("belongs to no part"));
    }

    [TestCase("")]
    [TestCase("this is no archive at all")]
    public void Something_else_is_said_to_be_no_backup(string text) =>
        Assert.That(() => ExtractAsync(Encoding.UTF8.GetBytes(text)), Throws.TypeOf<BackupException>().With.Message.Contain("no backup of Roost"));

    private static System.Formats.Tar.UstarTarEntry Entry(string name, string text) =>
        new(System.Formats.Tar.TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    private async Task<byte[]> WriteAsync(BackupManifest manifest)
    {
        var target = new MemoryStream();
        await BackupArchive.WriteAsync(manifest, _folder["in"], target, default);
        return target.ToArray();
    }

    private async Task<BackupManifest> ExtractAsync(byte[] archive)
    {
        if (Directory.Exists(_folder["out"]))
        {
            Directory.Delete(_folder["out"], recursive: true);
        }

        Directory.CreateDirectory(_folder["out"]);
        return await BackupArchive.ExtractAsync(new MemoryStream(archive), _folder["out"], default);
    }
}
