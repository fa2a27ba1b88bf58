using System.Collections.Concurrent;
using System.Diagnostics;
using Roost.Hardware.Gpio;
using Roost.Hardware.Gpio.Kernel;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Gpio.Kernel;

/// <summary>The system calls to a chip of the kernel's own making, and the room on it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GpioSimTests
{
    private const int Button = 0;
    private const int Lamp = 1;

    private GpioSim _sim = null!;
    private EdgePoller _poller = null!;
    private IGpioChip _chip = null!;

    [SetUp]
    public void Open()
    {
        _sim = new GpioSim("BUTTON", "LAMP");
        _poller = new EdgePoller();
        _chip = new KernelChips("/dev", _poller).Open(_sim.Name);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        if (_sim?.IsLive == true)
        {
            await BeFreeAsync(Button);
            await BeFreeAsync(Lamp);
        }

        _chip?.Dispose();
        _poller?.Dispose();
        _sim?.Dispose();
    }

    [Test]
    public void A_chip_tells_of_itself_and_of_its_lines()
    {
        Assert.That(new KernelChips("/dev", _poller).Names, Does.Contain(_sim.Name));
        Assert.That((_chip.Name, _chip.Label, _chip.LineCount), Is.EqualTo((_sim.Name, _sim.Label, GpioSim.Lines)));
        Assert.That((_chip.Describe(Lamp).Name, _chip.Describe(Lamp).IsUsed, _chip.Describe(7).Name), Is.EqualTo(("LAMP", false, "")));
        Assert.That(() => _chip.Describe(GpioSim.Lines), Throws.InstanceOf<GpioException>().With.Property(nameof(GpioException.Fault)).EqualTo(GpioFault.NoLine));
    }

    [TestCase(ActiveLevel.High)]
    [TestCase(ActiveLevel.Low)]
    public void An_input_is_what_is_applied_to_it(ActiveLevel active)
    {
        _sim.Apply(Button, high: true);
        using var line = _chip.Take(Input(new Watcher(), active));
        Assert.That(line.Read(), Is.EqualTo(active == ActiveLevel.High));

        _sim.Apply(Button, high: false);
        Assert.That(line.Read(), Is.EqualTo(active == ActiveLevel.Low));
    }

    [Test]
    public async Task Edges_come_in_order_with_the_time_at_which_the_kernel_saw_them()
    {
        var watcher = new Watcher();
        using var line = _chip.Take(Input(watcher));
        var times = new List<ulong> { Now };
        foreach (var level in (bool[])[true, false, true])
        {
            _sim.Apply(Button, level); // returns when the interrupt is on its way
            await watcher.SeesAsync(times.Count);
            times.Add(Now);
        }

        var edges = watcher.Edges.ToArray();
        Assert.That(edges.Select(static edge => (edge.IsActive, edge.Sequence)), Is.EqualTo(new[] { (true, 1u), (false, 2u), (true, 3u) }));
        for (var i = 0; i < edges.Length; i++)
        {
            Assert.That(edges[i].Timestamp, Is.InRange(times[i], times[i + 1]), $"edge {i + 1}: by the clock that nobody sets, between its cause and its arrival");
        }
    }

    [Test]
    public void An_output_is_driven_from_the_first_instant_and_tells_whose_it_is()
    {
        using var line = _chip.Take(new LineRequest(Lamp, LineDirection.Out, ActiveLevel.High, Pull: null, LineDrive.PushPull, TimeSpan.Zero, Initial: true, Watcher: null));
        Assert.That((_sim.IsHigh(Lamp), line.Read()), Is.EqualTo((true, true)));

        line.Write(active: false);
        Assert.That((_sim.IsHigh(Lamp), line.Read()), Is.EqualTo((false, false)));
        var info = _chip.Describe(Lamp);
        Assert.That((info.IsUsed, info.Consumer, info.Direction), Is.EqualTo((true, LineRequest.Consumer, LineDirection.Out)));
    }

    [Test]
    public async Task A_line_of_another_is_refused_with_his_name_and_one_of_ours_is_free_once_it_is_let_go()
    {
        Assert.That(() => _chip.Take(Input(new Watcher(), line: GpioSim.HoggedLine)), Throws.InstanceOf<GpioException>()
            .With.Property(nameof(GpioException.Fault)).EqualTo(GpioFault.InUse).And.Message.Contains($"is in use by {GpioSim.Hog}"));

        using (_chip.Take(Input(new Watcher())))
        {
            Assert.That(() => _chip.Take(Input(new Watcher())), Throws.InstanceOf<GpioException>().With.Message.Contains($"is in use by {LineRequest.Consumer}"));
        }

        await BeFreeAsync(Button);
        using var again = _chip.Take(Input(new Watcher()));
        Assert.That(_chip.Describe(Button).IsUsed);
    }

    [Test]
    public async Task A_chip_that_goes_is_told_to_who_waits_and_to_who_asks()
    {
        var watcher = new Watcher();
        using var input = _chip.Take(Input(watcher));
        using var output = _chip.Take(new LineRequest(Lamp, LineDirection.Out, ActiveLevel.High, Pull: null, LineDrive.PushPull, TimeSpan.Zero, Initial: false, Watcher: null));
        _sim.Unplug();
        await Eventually.IsTrueAsync(() => !watcher.Losses.IsEmpty, "the loss");

        Assert.That(watcher.Losses.Select(static loss => loss.Fault), Is.EqualTo(new[] { GpioFault.Gone }));
        Assert.That(() => output.Write(active: true), Throws.InstanceOf<GpioException>().With.Property(nameof(GpioException.Fault)).EqualTo(GpioFault.Gone));
        Assert.That(() => input.Read(), Throws.InstanceOf<GpioException>().With.Property(nameof(GpioException.Fault)).EqualTo(GpioFault.Gone));
    }

    [Test]
    public async Task A_thing_reports_its_line_and_its_desired_state_drives_it()
    {
        await using var rig = new HardwareRig();
        rig.Options.Gpio.Add(new GpioLineOptions { Thing = "door", Property = "open", Chip = _sim.Label, Line = "BUTTON", MinInterval = TimeSpan.Zero });
        rig.Options.Gpio.Add(new GpioLineOptions { Thing = "lamp", Property = "on", Chip = _sim.Label, Line = "LAMP", Direction = LineDirection.Out });
        await rig.StartAsync();
        await rig.ReportsAsync("door", "open", "false");

        _sim.Apply(Button, high: true);
        await rig.ReportsAsync("door", "open", "true");

        await rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true}}}""");
        await rig.ReportsAsync("lamp", "on", "true");
        Assert.That(_sim.IsHigh(Lamp));
    }

    /// <summary>Nanoseconds of the kernel's monotonic clock.</summary>
    private static ulong Now => (ulong)(Stopwatch.GetTimestamp() * (1_000_000_000L / Stopwatch.Frequency));

    /// <summary>A line that is let go is the kernel's again when the thread that waited for its edges has woken up.</summary>
    private Task BeFreeAsync(int line) => Eventually.IsTrueAsync(() => !_chip.Describe(line).IsUsed, $"line {line} to be free");

    private static LineRequest Input(Watcher watcher, ActiveLevel active = ActiveLevel.High, int line = Button) =>
        new(line, LineDirection.In, active, Pull: null, LineDrive.PushPull, TimeSpan.Zero, Initial: false, watcher);

    private sealed class Watcher : ILineWatcher
    {
        public ConcurrentQueue<LineEdge> Edges { get; } = new();

        public ConcurrentQueue<GpioException> Losses { get; } = new();

        public void OnEdge(in LineEdge edge) => Edges.Enqueue(edge);

        public void OnLost(GpioException reason) => Losses.Enqueue(reason);

        public Task SeesAsync(int edges) => Eventually.IsTrueAsync(() => Edges.Count >= edges, () => $"{edges} edges; there are {Edges.Count}");
    }
}
