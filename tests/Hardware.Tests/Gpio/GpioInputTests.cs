using System.Text.Json.Nodes;
using Roost.Hardware.Gpio;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Gpio;

internal sealed class GpioInputTests
{
    [TestCase(ActiveLevel.High, null, "false")]
    [TestCase(ActiveLevel.High, LinePull.Up, "true")]
    [TestCase(ActiveLevel.Low, LinePull.Up, "false")]
    [TestCase(ActiveLevel.Low, LinePull.Down, "true")]
    public async Task What_a_line_is_at_the_start_is_reported(ActiveLevel active, LinePull? pull, string reported)
    {
        var door = GpioRig.Door();
        (door.Active, door.Pull) = (active, pull);
        var (rig, chips) = GpioRig.Make(door);
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();

        await rig.ReportsAsync("door", "open", reported);
    }

    [Test]
    public async Task The_shadow_follows_the_level_and_each_edge_goes_to_its_topic()
    {
        var door = GpioRig.Door();
        door.Topic = "robots/door/edge";
        var (rig, chips) = GpioRig.Make(door);
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        var edges = await rig.ListenAsync("robots/door/edge");
        await rig.ReportsAsync("door", "open", "false");

        chips.Chip.Apply(17, true);
        chips.Chip.Apply(17, false);
        chips.Chip.Apply(17, true);
        await rig.ReportsAsync("door", "open", "true");
        await Eventually.IsTrueAsync(() => edges.Count == 3, "three edges");

        Assert.That(edges.Select(static edge => $"{edge.Body["edge"]} {edge.Body["value"]} {edge.Body["sequence"]} {edge.Body["lost"]}"), Is.EqualTo(new[] { "rising true 1 0", "falling false 2 0", "rising true 3 0" }));
        Assert.That(edges.First().Body.AsObject().Select(static member => member.Key), Is.EqualTo(new[] { "thing", "property", "value", "edge", "at", "kernelSeconds", "sequence", "lost" }));
        Assert.That(DateTimeOffset.Parse((string)edges.First().Body["at"]!, null), Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromMinutes(1)));
        Assert.That((double)edges.First().Body["kernelSeconds"]!, Is.EqualTo(TimeProvider.System.GetElapsedTime(0).TotalSeconds).Within(60));
    }

    [Test]
    public async Task An_edge_between_the_taking_and_the_telling_has_the_last_word()
    {
        var (rig, chips) = GpioRig.Make(GpioRig.Door());
        await using var _ = rig;
        chips.Plug();
        chips.HasRead = () => chips.Chip.Apply(17, true);
        await rig.StartAsync();
        await rig.ReportsAsync("door", "open", "true");

        Assert.That(rig.Hardware.Points.Single().Value, Is.EqualTo(Roost.Hardware.Reporting.PointValue.Of(true)));
    }

    [Test]
    public async Task What_a_line_was_is_not_told_any_more_once_its_chip_has_gone()
    {
        var (rig, chips) = GpioRig.Make(GpioRig.Door());
        await using var _ = rig;
        chips.Plug();
        chips.Chip.Apply(17, true);
        await rig.StartAsync();
        await rig.ReportsAsync("door", "open", "true");

        chips.Unplug();
        await rig.ReportsAsync("door", "open", "absent");
    }

    [Test]
    public async Task A_value_of_the_run_before_goes_where_the_line_cannot_be_had()
    {
        var (rig, _) = GpioRig.Make(GpioRig.Door());
        await using var disposed = rig;
        await rig.StartWithoutHardwareAsync();
        await rig.UpdateAsync("door", """{"state":{"reported":{"open":true}}}""");
        await rig.StartHardwareAsync();

        await rig.ReportsAsync("door", "open", "absent");
    }

    [TestCase(EdgeKind.Rising, "rising rising")]
    [TestCase(EdgeKind.Falling, "falling falling")]
    public async Task Only_the_configured_edges_are_published(EdgeKind kind, string published)
    {
        var door = GpioRig.Door();
        (door.Topic, door.Edges) = ("edge", kind);
        var (rig, chips) = GpioRig.Make(door);
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        var edges = await rig.ListenAsync("edge");
        await rig.ReportsAsync("door", "open", "false");

        for (var i = 0; i < 4; i++)
        {
            chips.Chip.Apply(17, i % 2 == 0);
        }

        await Eventually.IsTrueAsync(() => edges.Count >= 2, "two edges");
        await rig.Hardware.StopAsync(CancellationToken.None); // what waits is published before it returns
        Assert.That(string.Join(' ', edges.Select(static edge => edge.Body["edge"])), Is.EqualTo(published));
    }

    [Test]
    public async Task Edges_that_the_kernel_lost_are_counted_with_the_next_one()
    {
        var door = GpioRig.Door();
        door.Topic = "edge";
        var (rig, chips) = GpioRig.Make(door);
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        var edges = await rig.ListenAsync("edge");
        await rig.ReportsAsync("door", "open", "false");
        var watcher = chips.Taken.Single().Watcher!;

        watcher.OnEdge(new LineEdge(IsActive: true, 0, 1));
        watcher.OnEdge(new LineEdge(IsActive: true, 0, 5));
        watcher.OnEdge(new LineEdge(IsActive: false, 0, 6));
        await Eventually.IsTrueAsync(() => edges.Count == 3, "three edges");

        Assert.That(edges.Select(static edge => (int)edge.Body["lost"]!), Is.EqualTo(new[] { 0, 3, 0 }));
    }

    [Test]
    public async Task Edges_beyond_the_queue_are_dropped_and_counted_and_the_shadow_is_right()
    {
        var door = GpioRig.Door();
        (door.Topic, door.MinInterval) = ("edge", TimeSpan.FromMilliseconds(50));
        var (rig, chips) = GpioRig.Make(door);
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        var slow = new SlowReader();
        await using var subscription = await rig.Broker.SubscribeAsync(TopicFilter.Parse("edge"), slow);
        await rig.ReportsAsync("door", "open", "false");

        for (var i = 0; i < 6001; i++)
        {
            chips.Chip.Apply(17, i % 2 == 0);
        }

        Assert.That(rig.Log.Count(7021), Is.EqualTo(1));
        slow.Release();
        await rig.ReportsAsync("door", "open", "true");
        await Eventually.IsTrueAsync(() => slow.Sequences.Count >= 4096, () => $"the edges that had room; {slow.Sequences.Count} came");
        int[] sequences;
        lock (slow.Sequences)
        {
            sequences = [.. slow.Sequences]; // the rest may be on its way
        }

        Assert.That(sequences, Has.Length.LessThan(4096 + 64 + 64).And.Ordered);
    }

    [Test]
    public async Task A_refused_edge_is_published_again_before_the_next_ones()
    {
        var door = GpioRig.Door();
        door.Topic = "edge";
        var (rig, chips) = GpioRig.Make(door);
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        var refusing = new RefusingReader();
        await using var subscription = await rig.Broker.SubscribeAsync(TopicFilter.Parse("edge"), refusing);
        await rig.ReportsAsync("door", "open", "false");

        chips.Chip.Apply(17, true);
        await Eventually.IsTrueAsync(() => refusing.Sequences.Count == 2, "the same edge again");
        chips.Chip.Apply(17, false);
        await Eventually.IsTrueAsync(() => refusing.Sequences.Count == 3, "the next edge");

        Assert.That(refusing.Sequences, Is.EqualTo(new[] { 1, 1, 2 }));
    }

    [Test]
    public async Task A_bouncing_contact_is_one_edge()
    {
        var clock = new ManualTimeProvider();
        var chip = new Roost.Hardware.Gpio.Simulated.SimulatedChip(clock);
        var watcher = new Watcher();
        using var line = chip.Take(new LineRequest(5, LineDirection.In, ActiveLevel.High, null, LineDrive.PushPull, TimeSpan.FromMilliseconds(20), Initial: false, watcher));

        for (var i = 0; i < 11; i++)
        {
            chip.Apply(5, i % 2 == 0);
            clock.Advance(TimeSpan.FromMilliseconds(3));
        }

        Assert.That(watcher.Edges, Is.Empty);
        clock.Advance(TimeSpan.FromMilliseconds(20));
        Assert.That(watcher.Edges.Select(static edge => (edge.IsActive, edge.Sequence)), Is.EqualTo(new[] { (true, 1u) }));
        chip.Apply(5, false);
        chip.Apply(5, true);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(watcher.Edges, Has.Count.EqualTo(1), "a spike");
        Assert.That(line.Read(), Is.True);
        await Task.CompletedTask;
    }

    private sealed class Watcher : ILineWatcher
    {
        public List<LineEdge> Edges { get; } = [];

        public void OnEdge(in LineEdge edge) => Edges.Add(edge);

        public void OnLost(GpioException reason) => throw new AssertionException(reason.Message);
    }

    /// <summary>Keeps the broker waiting for its first messages.</summary>
    private sealed class SlowReader : IMessageHandler
    {
        private readonly TaskCompletionSource _released = new();

        public List<int> Sequences { get; } = [];

        public void Release() => _released.SetResult();

        public ValueTask Handle(in PublishedMessage message)
        {
            lock (Sequences)
            {
                Sequences.Add((int)JsonNode.Parse(message.Payload)!["sequence"]!);
            }

            return new ValueTask(_released.Task);
        }
    }

    /// <summary>Refuses the first message.</summary>
    private sealed class RefusingReader : IMessageHandler
    {
        public List<int> Sequences { get; } = [];

        public ValueTask Handle(in PublishedMessage message)
        {
            lock (Sequences)
            {
                Sequences.Add((int)JsonNode.Parse(message.Payload)!["sequence"]!);
                return Sequences.Count == 1 ? ValueTask.FromException(new MqttPublishRefusedException("The disk is full.")) : ValueTask.CompletedTask;
            }
        }
    }
}
