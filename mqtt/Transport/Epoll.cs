using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Roost.Mqtt.Transport;

/// <summary>The kernel's readiness list, level-triggered, and the table from its 64-bit tags back to our objects. The loop's thread only.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const int Capacity = 512;

    private static readonly EpollEventLayout s_layout = EpollEventLayout.Of(RuntimeInformation.ProcessArchitecture);

    private readonly int _descriptor = Libc.CreateEpoll();
    private readonly byte* _ready = (byte*)NativeMemory.AllocZeroed((nuint)(Capacity * s_layout.Size));
    private readonly Stack<int> _free = new();
    private List<ulong> _recalled = [];
    private List<ulong> _recalling = [];
    private Slot[] _slots = new Slot[64];
    private int _used;

    /// <returns>A tag to pass to <see cref="Change"/> and <see cref="Remove"/>.</returns>
    public ulong Add(int descriptor, IEventSource source, int interest)
    {
        if (!_free.TryPop(out var index))
        {
            index = _used++;
            if (index == _slots.Length)
            {
                Array.Resize(ref _slots, index * 2);
            }
        }

        ref var slot = ref _slots[index];
        slot.Source = source;
        var tag = ((ulong)slot.Generation << 32) | (uint)index;
        Control(Libc.EpollAdd, descriptor, tag, interest);
        return tag;
    }

    public void Change(int descriptor, ulong tag, int interest) => Control(Libc.EpollModify, descriptor, tag, interest);

    /// <summary>Events of this source that were already fetched are not delivered any more.</summary>
    public void Remove(int descriptor, ulong tag)
    {
        Control(Libc.EpollDelete, descriptor, tag, 0);
        ref var slot = ref _slots[(uint)tag];
        slot.Source = null;
        slot.Generation++; // a stale tag of the same wake-up no longer fits
        _free.Push((int)(uint)tag);
    }

    /// <summary>The source is told in the next turn that it can read, whatever its descriptor says.</summary>
    public void Recall(ulong tag) => _recalled.Add(tag);

    /// <param name="timeoutMilliseconds">-1 waits for ever.</param>
    /// <returns>How many events <see cref="Deliver"/> can hand out.</returns>
    public int Wait(int timeoutMilliseconds)
    {
        var count = Libc.Wait(_descriptor, _ready, Capacity, _recalled.Count > 0 ? 0 : timeoutMilliseconds);
        if (count < 0 && Libc.LastError != Libc.ErrorInterrupted)
        {
            throw new IOException($"epoll_wait failed: {Marshal.GetPInvokeErrorMessage(Libc.LastError)}.");
        }

        return Math.Max(count, 0);
    }

    /// <summary>Tells the owner of the event at <paramref name="position"/> of the last <see cref="Wait"/>, if it is still there.</summary>
    public void Deliver(int position)
    {
        var happening = _ready + (position * s_layout.Size);
        var events = (int)Unsafe.ReadUnaligned<uint>(happening);
        Deliver(Unsafe.ReadUnaligned<ulong>(happening + s_layout.DataOffset), events);
    }

    /// <summary>Tells those that asked for it by <see cref="Recall"/> before this turn.</summary>
    public void DeliverRecalled()
    {
        if (_recalled.Count == 0)
        {
            return;
        }

        (_recalled, _recalling) = (_recalling, _recalled);
        foreach (var tag in _recalling)
        {
            Deliver(tag, Libc.EpollIn);
        }

        _recalling.Clear();
    }

    private void Deliver(ulong tag, int events)
    {
        ref var slot = ref _slots[(uint)tag];
        if (slot.Generation == (uint)(tag >> 32))
        {
            slot.Source?.OnReady(events);
        }
    }

    public void Dispose()
    {
        Libc.Close(_descriptor);
        NativeMemory.Free(_ready);
    }

    private void Control(int operation, int descriptor, ulong tag, int interest)
    {
        var happening = stackalloc byte[16];
        Unsafe.WriteUnaligned(happening, (uint)interest);
        Unsafe.WriteUnaligned(happening + s_layout.DataOffset, tag);
        Libc.Control(_descriptor, operation, descriptor, happening);
    }

    private struct Slot
    {
        public IEventSource? Source;
        public uint Generation;
    }
}
