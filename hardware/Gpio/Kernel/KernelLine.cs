using Microsoft.Win32.SafeHandles;

namespace Roost.Hardware.Gpio.Kernel;

/// <summary>A line by the descriptor that holds it. When that is closed, by whom or what ever, the kernel frees the line.</summary>
internal sealed class KernelLine : IGpioLine
{
    private readonly string _name;
    private readonly SafeFileHandle _handle;
    private readonly ILineWatcher? _watcher;
    private readonly EdgePoller _poller;

    /// <param name="handle">Becomes the line's; it is closed, and the line free, when this throws.</param>
    /// <exception cref="GpioException">Its edges cannot be waited for.</exception>
    public KernelLine(string name, SafeFileHandle handle, ILineWatcher? watcher, EdgePoller poller)
    {
        _name = name;
        _handle = handle;
        _watcher = watcher;
        _poller = poller;
        try
        {
            if (watcher is not null)
            {
                poller.Add(name, handle, watcher);
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public bool Read()
    {
        var values = new GpioLineValues { Mask = 1 };
        var errno = GpioCalls.Control(_handle, GpioCalls.GetValues, ref values);
        return errno == Errno.None ? (values.Bits & 1) != 0 : throw GpioErrors.Of(_name, errno);
    }

    public void Write(bool active)
    {
        var values = new GpioLineValues { Mask = 1, Bits = active ? 1u : 0u };
        var errno = GpioCalls.Control(_handle, GpioCalls.SetValues, ref values);
        if (errno != Errno.None)
        {
            throw GpioErrors.Of(_name, errno);
        }
    }

    public void Dispose()
    {
        if (_watcher is not null)
        {
            _poller.Remove(_handle);
        }

        _handle.Dispose();
    }
}
