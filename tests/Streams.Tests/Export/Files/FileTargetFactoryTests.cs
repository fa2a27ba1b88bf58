using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Roost.Streams.Export.Files;
using Roost.Streams.Signing;

namespace Roost.Streams.Tests.Export.Files;

public sealed class FileTargetFactoryTests
{
    private readonly FileTargetFactory _factory = new(new GatewayIdentity("/nonexistent"), TimeProvider.System, NullLogger<FileTarget>.Instance);

    [TestCase("auto")]
    [TestCase("none")]
    [TestCase("/srv/stick")]
    [TestCase("/srv/stick/telemetry")]
    public void A_folder_is_enough_and_a_mount_point_holds_it(string mount) =>
        Assert.That(Faults(new ExportFileOptions { Folder = "/srv/stick/telemetry", Mount = mount }), Is.Empty);

    [TestCase("/srv/sti")]
    [TestCase("/srv/stick/")]
    [TestCase("stick")]
    [TestCase("/srv/stick/telemetry/below")]
    public void A_mount_point_that_does_not_hold_the_folder_is_refused(string mount) =>
        Assert.That(Faults(new ExportFileOptions { Folder = "/srv/stick/telemetry", Mount = mount }), Has.One.StartsWith($"Cloud:Exports:0:File:Mount is '{mount}'"));

    [Test]
    public void Every_fault_is_told_at_once()
    {
        var faults = Faults(new ExportFileOptions { Folder = "here", MaxFileBytes = 1, MaxAge = TimeSpan.Zero, Keep = { Bytes = 0, Files = 0 } }, BatchCompression.Brotli);

        foreach (var key in new[] { "Compress", "File:Folder", "File:MaxFileBytes", "File:MaxAge", "File:Keep:Bytes", "File:Keep:Files" })
        {
            Assert.That(faults, Has.Some.StartsWith($"Cloud:Exports:0:{key} "), key);
        }

        Assert.That(Faults(null), Has.Some.StartsWith("Cloud:Exports:0:File is missing"));
    }

    /// <summary>Batches out of order would pass for ones that are written already.</summary>
    [Test]
    public void Nothing_that_sends_batches_out_of_order_is_taken()
    {
        var faults = new ValidateOptionsResultBuilder();
        _factory.Validate(faults, "Cloud:Exports:0", new ExportOptions { To = ExportTarget.File, File = new ExportFileOptions { Folder = "/srv" }, MaxInflight = 2, Backlog = Enum.GetValues<BacklogOrder>().First(order => order != BacklogOrder.InOrder) });

        Assert.That(faults.Build().Failures, Has.One.StartsWith("Cloud:Exports:0:MaxInflight ").And.One.StartsWith("Cloud:Exports:0:Backlog "));
    }

    private List<string> Faults(ExportFileOptions? file, BatchCompression? compress = null)
    {
        var faults = new ValidateOptionsResultBuilder();
        _factory.Validate(faults, "Cloud:Exports:0", new ExportOptions { To = ExportTarget.File, File = file, Compress = compress });
        return [.. faults.Build().Failures ?? []];
    }
}
