using System.Runtime.InteropServices;
using Roost.Hardware.Gpio.Kernel;

namespace Roost.Hardware.Gpio.Pulses;

/// <summary>
/// Pulses made by software: one thread for all outputs, which lives while at least one of them is neither on nor off. Its pulses are as exact as the scheduler is:
/// some tenths of a millisecond on an idle machine, and milliseconds on a busy one.
/// </summary>
internal sealed partial class PulseThread(TimeProvider clock) : IDisposable
{
    private readonly Lock _gate = new(); // held while a level is written, so that no late pulse follows the last level
    private readonly Dictionary<IGpioLine, (PulseTrain Train, ConfiguredLine Owner)> _trains = [];
    private WakeUp? _wakeUp; // null while the thread does not run
    private bool _isDisposed;

    /// <param name="duty">0 and 1 end the pulses at that level.</param>
    /// <param name="owner">Told when the line fails later.</param>
    /// <exception cref="GpioException">The line failed.</exception>
    public void Set(IGpioLine line, double duty, Frequency frequency, ConfiguredLine owner)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (duty is 0 or 1)
            {
                _trains.Remove(line);
                line.Write(duty > 0);
                _wakeUp?.Set();
                return;
            }

            var period = (long)(1e9 / frequency.Hertz);
            _trains[line] = (_trains.TryGetValue(line, out var before) ? before.Train.With(period, duty) : new PulseTrain(period, duty), owner);
            if (_wakeUp is null)
            {
                _wakeUp = new WakeUp();
                var wakeUp = _wakeUp;
                new Thread(() => Run(wakeUp)) { IsBackground = true, Name = "gpio pulses" }.Start();
            }

            _wakeUp.Set();
        }
    }

    /// <summary>The line stays at the level that it has.</summary>
    public void Remove(IGpioLine line)
    {
        lock (_gate)
        {
            if (_trains.Remove(line))
            {
                _wakeUp?.Set();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _trains.Clear();
            _wakeUp?.Set();
        }
    }

    private void Run(WakeUp wakeUp)
    {
        using (wakeUp)
        {
            var polled = new PollDescriptor[] { new() { Descriptor = (int)wakeUp.Handle.DangerousGetHandle(), Events = PollDescriptor.Readable } };
            while (Turn() is { } pause)
            {
                var time = new TimeSpecification { Seconds = (nint)(pause / 1_000_000_000), Nanoseconds = (nint)(pause % 1_000_000_000) };
                if (Wait(polled, 1, time, nint.Zero) > 0)
                {
                    wakeUp.Clear();
                }
            }
        }
    }

    /// <summary>Sets all outputs as they are to be now.</summary>
    /// <returns>Nanoseconds until the next change; null: there are no pulses any more, and the thread ends.</returns>
    private long? Turn()
    {
        List<(ConfiguredLine Owner, GpioException Reason)>? failed = null;
        long? pause;
        lock (_gate)
        {
            var now = clock.GetElapsedTime(0).Ticks * 100;
            var next = long.MaxValue;
            foreach (var (line, (train, owner)) in _trains)
            {
                var (isActive, until) = train.At(now);
                try
                {
                    line.Write(isActive);
                    next = Math.Min(next, until);
                }
                catch (GpioException exception)
                {
                    _trains.Remove(line); // allowed while it is enumerated
                    (failed ??= []).Add((owner, exception));
                }
            }

            pause = _trains.Count == 0 ? null : Math.Max(0, next - now);
            if (pause is null)
            {
                _wakeUp = null;
            }
        }

        failed?.ForEach(static one => one.Owner.Miss(one.Reason)); // takes the line's lock, which is taken before ours elsewhere
        return pause;
    }

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    private static partial int Wait([In, Out] PollDescriptor[] descriptors, nuint count, in TimeSpecification timeout, nint signals);

    /// <summary><c>struct timespec</c></summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
