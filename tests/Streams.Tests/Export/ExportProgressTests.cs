using Roost.Streams.Export.Progress;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export;

/// <summary>What an export knows of itself after its process was killed between two notes of the cursor.</summary>
public sealed class ExportProgressTests
{
    private TemporaryFolder _folder = null!;
    private StreamsHost _host = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TemporaryFolder();
        _host = await StreamsHost.StartAsync(_folder.Path, "telemetry");
        await _host.AppendNumberedAsync("telemetry", 0, 100);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Batches_that_were_done_before_others_were_planned_are_done()
    {
        using (var killed = Open())
        {
            await killed.PlanAsync(null, new OffsetRange(0, 40));
            killed.MarkDone(new OffsetRange(0, 40));
            await killed.PlanAsync(null, new OffsetRange(40, 70));
        }

        using var next = Open();

        Assert.That((next.Floor, next.Planned()), Is.EqualTo((40L, new[] { new OffsetRange(40, 70) })));
    }

    [Test]
    public async Task A_batch_that_was_done_and_nothing_noted_since_goes_again_with_the_same_bounds()
    {
        using (var killed = Open())
        {
            await killed.PlanAsync(null, new OffsetRange(0, 40));
            killed.MarkDone(new OffsetRange(0, 40));
        }

        using var next = Open();

        Assert.That((next.Floor, next.Planned()), Is.EqualTo((0L, new[] { new OffsetRange(0, 40) })));
    }

    [Test]
    public async Task Batches_that_are_done_out_of_order_are_done_and_those_between_go_again()
    {
        using (var killed = Open())
        {
            await killed.PlanAsync(null, new OffsetRange(0, 20), new OffsetRange(20, 40), new OffsetRange(40, 60));
            killed.MarkDone(new OffsetRange(0, 20));
            killed.MarkDone(new OffsetRange(40, 60));
            await killed.PlanAsync(null, new OffsetRange(60, 80));
        }

        using var next = Open();

        Assert.That((next.Floor, next.Planned()), Is.EqualTo((20L, new[] { new OffsetRange(20, 40), new OffsetRange(60, 80) })));
        Assert.That(next.Done().Contains(59));
    }

    private ExportProgress Open() => new(_host.Catalog.Get(Some.Telemetry), "s3", ExportStart.Oldest);
}
