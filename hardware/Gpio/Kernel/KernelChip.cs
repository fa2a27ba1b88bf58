using Microsoft.Win32.SafeHandles;

namespace Roost.Hardware.Gpio.Kernel;

/// <summary>A GPIO chip by its character device, second version of the interface.</summary>
internal sealed class KernelChip : IGpioChip
{
    /// <summary>Edges of one line that the kernel keeps until they are read: the most that a burst may be without loss while this process does not run.</summary>
    private const uint EventsKept = 256;

    private readonly SafeFileHandle _device;
    private readonly EdgePoller _poller;

    private KernelChip(string name, SafeFileHandle device, in GpioChipInfo info, EdgePoller poller)
    {
        _device = device;
        _poller = poller;
        Name = name;
        Label = GpioName.Text(info.Label);
        LineCount = (int)Math.Min(info.Lines, int.MaxValue);
    }

    public string Name { get; }

    public string Label { get; }

    public int LineCount { get; }

    /// <exception cref="GpioException">It is not there, may not be opened, or is no GPIO chip.</exception>
    public static KernelChip Open(string path, EdgePoller poller)
    {
        var device = GpioCalls.Open(path, out var errno) ?? throw GpioErrors.OfOpening(path, errno);
        try
        {
            var info = default(GpioChipInfo);
            return GpioCalls.Control(device, GpioCalls.GetChipInfo, ref info) switch
            {
                Errno.None => new KernelChip(Path.GetFileName(path), device, info, poller),
                Errno.NotTerminal or Errno.InvalidArgument => throw new GpioException(GpioFault.NoChip, $"{path} is no GPIO chip"),
                var fault => throw GpioErrors.Of(path, fault),
            };
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    public LineInfo Describe(int offset)
    {
        var info = new GpioLineInfo { Offset = (uint)offset };
        var errno = GpioCalls.Control(_device, GpioCalls.GetLineInfo, ref info);
        if (errno != Errno.None)
        {
            throw errno == Errno.InvalidArgument ? GpioErrors.NoLine(this, offset) : GpioErrors.Of($"{Name} line {offset}", errno);
        }

        return new LineInfo(
            offset,
            GpioName.Text(info.Name),
            GpioName.Text(info.Consumer),
            info.Flags.HasFlag(GpioLineFlags.Used),
            info.Flags.HasFlag(GpioLineFlags.Output) ? LineDirection.Out : LineDirection.In,
            info.Flags.HasFlag(GpioLineFlags.ActiveLow) ? ActiveLevel.Low : ActiveLevel.High,
            info.Flags.HasFlag(GpioLineFlags.PullUp) ? LinePull.Up : info.Flags.HasFlag(GpioLineFlags.PullDown) ? LinePull.Down : info.Flags.HasFlag(GpioLineFlags.PullNone) ? LinePull.None : null,
            info.Flags.HasFlag(GpioLineFlags.OpenDrain) ? LineDrive.OpenDrain : info.Flags.HasFlag(GpioLineFlags.OpenSource) ? LineDrive.OpenSource : LineDrive.PushPull);
    }

    public IGpioLine Take(LineRequest request)
    {
        if (request.Offset >= LineCount)
        {
            throw GpioErrors.NoLine(this, request.Offset);
        }

        var asked = Encode(request);
        var errno = GpioCalls.Control(_device, GpioCalls.GetLine, ref asked);
        if (errno != Errno.None)
        {
            throw GpioErrors.OfTaking(this, request, errno);
        }

        var name = $"{Name} line {request.Offset}";
        return new KernelLine(name, new SafeFileHandle(asked.Descriptor, ownsHandle: true), request.Watcher, _poller);
    }

    public void Dispose() => _device.Dispose();

    /// <summary>What the kernel is asked for; a line that cannot do all of it is refused as a whole.</summary>
    internal static GpioLineRequest Encode(LineRequest request)
    {
        var asked = new GpioLineRequest { Consumer = GpioName.Of(LineRequest.Consumer), LineCount = 1 };
        asked.Offsets[0] = (uint)request.Offset;
        asked.Config.Flags = Flags(request);
        if (request.Direction == LineDirection.Out)
        {
            asked.Config.AttributeCount = 1;
            asked.Config.Attributes[0] = new GpioLineConfigAttribute { Attribute = new GpioLineAttribute { Id = GpioLineAttribute.OutputValues, Values = request.Initial ? 1u : 0u }, Mask = 1 };
        }
        else
        {
            asked.EventBufferSize = EventsKept;
            if (request.Debounce > TimeSpan.Zero)
            {
                asked.Config.AttributeCount = 1;
                asked.Config.Attributes[0] = new GpioLineConfigAttribute
                {
                    Attribute = new GpioLineAttribute { Id = GpioLineAttribute.DebouncePeriod, DebounceMicroseconds = (uint)request.Debounce.TotalMicroseconds }, Mask = 1,
                };
            }
        }

        return asked;
    }

    private static GpioLineFlags Flags(LineRequest request) =>
        (request.Direction == LineDirection.Out ? GpioLineFlags.Output : GpioLineFlags.Input | GpioLineFlags.EdgeRising | GpioLineFlags.EdgeFalling)
        | (request.Active == ActiveLevel.Low ? GpioLineFlags.ActiveLow : GpioLineFlags.None)
        | request.Pull switch { LinePull.Up => GpioLineFlags.PullUp, LinePull.Down => GpioLineFlags.PullDown, LinePull.None => GpioLineFlags.PullNone, _ => GpioLineFlags.None }
        | request.Drive switch { LineDrive.OpenDrain => GpioLineFlags.OpenDrain, LineDrive.OpenSource => GpioLineFlags.OpenSource, _ => GpioLineFlags.None };
}
