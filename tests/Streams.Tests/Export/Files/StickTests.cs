using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Streams.Export.Files;
using Roost.Streams.Export.Targets;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.Files;

/// <summary>File systems of 1 MiB that come, go, fill up and are write-protected. Needs the right to mount; skipped without.</summary>
public sealed class StickTests
{
    private TemporaryFolder _folder = null!;
    private bool _isMounted;

    private string Stick => _folder["stick"];

    [SetUp]
    public async Task Make()
    {
        _folder = new TemporaryFolder();
        Directory.CreateDirectory(Stick);
        var (exitCode, said) = await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", Stick);
        _isMounted = exitCode == 0;
        if (!_isMounted)
        {
            Assert.Ignore($"No stick can be made here, as mount says: {said}");
        }
    }

    [TearDown]
    public async Task Remove()
    {
        if (_isMounted)
        {
            await RunAsync("umount", "-l", Stick);
        }

        _folder.Dispose();
    }

    [Test]
    public async Task A_stick_that_is_pulled_is_waited_for_and_nothing_is_written_into_the_folder_below_it()
    {
        await using var target = Target(options => (options.Mount, options.Folder) = (Stick, Path.Combine(Stick, "roost")));
        Assert.That(await target.SendAsync(Batches.Of(0, 2), default), Is.EqualTo(Delivery.Accepted));
        await RunAsync("umount", Stick);

        var delivery = await target.SendAsync(Batches.Of(2, 4), default);

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
        Assert.That(delivery.Reason, Does.StartWith($"Nothing is mounted at {Stick}"));
        Assert.That(Directory.EnumerateFileSystemEntries(Stick), Is.Empty);

        await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", Stick); // another one, empty
        Assert.That(await target.SendAsync(Batches.Of(2, 4), default), Is.EqualTo(Delivery.Accepted));
        Assert.That(Batches.OffsetsIn(File.ReadAllBytes(Directory.GetFiles(Path.Combine(Stick, "roost")).Single())), Is.EqualTo(new long[] { 2, 3 }));
    }

    [Test]
    public async Task Without_a_mount_point_in_the_configuration_a_folder_that_changes_its_disk_is_not_written_into()
    {
        await using var target = Target(options => options.Folder = Path.Combine(Stick, "roost"));
        Directory.CreateDirectory(Path.Combine(Stick, "roost"));
        Assert.That(await target.SendAsync(Batches.Of(0, 2), default), Is.EqualTo(Delivery.Accepted));
        await RunAsync("umount", Stick);
        Directory.CreateDirectory(Path.Combine(Stick, "roost")); // on the system's disk

        var delivery = await target.SendAsync(Batches.Of(2, 4), default);

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
        Assert.That(delivery.Reason, Does.Contain("lies on another disk than before").And.Contain("set file.mount"));
        Assert.That(Directory.EnumerateFiles(Path.Combine(Stick, "roost")), Is.Empty);
    }

    [Test]
    public async Task A_full_stick_is_told_with_what_is_missing_and_goes_on_once_there_is_space()
    {
        await using var target = Target(options => options.Folder = Stick);
        var noise = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(150_000));
        await File.WriteAllBytesAsync(Path.Combine(Stick, "ballast"), new byte[700 * 1024]);
        Assert.That(await target.SendAsync(Batches.Of(0, 1, noise), default), Is.EqualTo(Delivery.Accepted));

        var delivery = await target.SendAsync(Batches.Of(1, 3, noise + noise), default);

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Busy));
        Assert.That(delivery.Reason, Does.Match(@"There is no space in .*: the batch needs \d{6,} bytes, and \d+ are free\."));
        Assert.That(Exported(), Is.EqualTo(new long[] { 0 }));
        File.Delete(Path.Combine(Stick, "ballast"));
        Assert.That(await target.SendAsync(Batches.Of(1, 3, noise + noise), default), Is.EqualTo(Delivery.Accepted));
        Assert.That(Exported(), Is.EqualTo(new long[] { 0, 1, 2 }));
    }

    [Test]
    public async Task A_stick_that_is_write_protected_is_told_as_that()
    {
        await using var target = Target(options => options.Folder = Stick);
        Assert.That(await target.SendAsync(Batches.Of(0, 1), default), Is.EqualTo(Delivery.Accepted));
        await RunAsync("mount", "-o", "remount,ro", Stick);

        var delivery = await target.SendAsync(Batches.Of(1, 2), default);
        await RunAsync("mount", "-o", "remount,rw", Stick);

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Denied));
        Assert.That(delivery.Reason, Does.Contain("can only be read"));
        Assert.That(await target.SendAsync(Batches.Of(1, 2), default), Is.EqualTo(Delivery.Accepted));
        Assert.That(Exported(), Is.EqualTo(new long[] { 0, 1 }));
    }

    private static FileTarget Target(Action<ExportFileOptions> configure)
    {
        var options = new ExportFileOptions();
        configure(options);
        return new FileTarget(new ExportOptions { Stream = "telemetry", To = ExportTarget.File, File = options }, Mounts.Read, () => "gw", new ManualTimeProvider(), NullLogger.Instance);
    }

    private List<long> Exported() => Batches.OffsetsIn(File.ReadAllBytes(Directory.GetFiles(Stick, "telemetry-*").Single()));

    private static async Task<(int ExitCode, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said.Trim());
    }
}
