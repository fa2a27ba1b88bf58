using System.Collections.Concurrent;
using Roost.Hardware.Gpio;
using Roost.Hardware.Gpio.Simulated;

namespace Roost.Hardware.Tests.Gpio;

/// <summary>A chip in memory that is plugged in and out as <c>gpiochip0</c>, and remembers what was written to its lines.</summary>
internal sealed class PluggableChips(TimeProvider clock) : IGpioChips
{
    private readonly ConcurrentDictionary<Line, ILineWatcher?> _held = new();
    private SimulatedChip? _chip;

    public SimulatedChip Chip => _chip ?? throw new InvalidOperationException("It is not plugged in.");

    public ConcurrentQueue<(int Offset, bool Active)> Written { get; } = new();

    /// <summary>Lines that somebody took, ever.</summary>
    public ConcurrentQueue<LineRequest> Taken { get; } = new();

    public int Held => _held.Count;

    /// <summary>Called when a level has been read and not been told yet.</summary>
    public Action? HasRead { get; set; }

    public IReadOnlyList<string> Names => _chip is null ? [] : ["gpiochip0"];

    public PluggableChips Plug()
    {
        _chip = new SimulatedChip(clock);
        return this;
    }

    public void Unplug()
    {
        _chip = null;
        foreach (var (line, watcher) in _held)
        {
            line.IsGone = true;
            watcher?.OnLost(Gone());
        }
    }

    public IGpioChip Open(string name) => _chip is { } chip ? new Plugged(this, chip) : throw Gone();

    private static GpioException Gone() => new(GpioFault.Gone, "gpiochip0 has gone");

    private sealed class Plugged(PluggableChips chips, SimulatedChip chip) : IGpioChip
    {
        public string Name => "gpiochip0";

        public string Label => "pinctrl-test";

        public int LineCount => chip.LineCount;

        public LineInfo Describe(int offset) => chip.Describe(offset);

        public IGpioLine Take(LineRequest request)
        {
            chips.Taken.Enqueue(request);
            var line = new Line(chips, chip.Take(request), request.Offset);
            chips._held[line] = request.Watcher;
            return line;
        }

        public void Dispose()
        {
            // the chip stays plugged in
        }
    }

    private sealed class Line(PluggableChips chips, IGpioLine line, int offset) : IGpioLine
    {
        public bool IsGone { get; set; }

        public bool Read()
        {
            var level = IsGone ? throw Gone() : line.Read();
            chips.HasRead?.Invoke();
            return level;
        }

        public void Write(bool active)
        {
            if (IsGone)
            {
                throw Gone();
            }

            chips.Written.Enqueue((offset, active));
            line.Write(active);
        }

        public void Dispose()
        {
            chips._held.TryRemove(this, out _);
            line.Dispose();
        }
    }
}
