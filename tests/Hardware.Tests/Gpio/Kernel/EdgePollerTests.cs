using System.Collections.Concurrent;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Roost.Hardware.Gpio;
using Roost.Hardware.Gpio.Kernel;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Gpio.Kernel;

/// <summary>The one thread that waits for edges, on pipes that carry the kernel's own bytes in place of lines.</summary>
internal sealed class EdgePollerTests
{
    private readonly EdgePoller _poller = new();

    [OneTimeTearDown]
    public void Close() => _poller.Dispose();

    [Test]
    public async Task Events_reach_the_watcher_of_their_line_in_order()
    {
        using var first = new PipeLine(_poller, "first");
        using var second = new PipeLine(_poller, "second");
        for (uint i = 1; i <= 300; i++)
        {
            first.Send(isRising: i % 2 == 1, i);
        }

        second.Send(isRising: false, 7);
        await first.SeesAsync(300);
        await second.SeesAsync(1);

        Assert.That(first.Edges.Select(static edge => edge.Sequence), Is.EqualTo(Enumerable.Range(1, 300)));
        Assert.That(first.Edges.Select(static edge => edge.IsActive), Is.EqualTo(Enumerable.Range(1, 300).Select(static i => i % 2 == 1)));
        Assert.That(second.Edges, Is.EqualTo(new[] { new LineEdge(IsActive: false, 7_000, 7) }));
    }

    [Test]
    public async Task A_line_whose_chip_has_gone_is_told_once_and_the_others_go_on()
    {
        using var gone = new PipeLine(_poller, "gone");
        using var stays = new PipeLine(_poller, "stays");
        gone.Unplug();
        await Eventually.IsTrueAsync(() => !gone.Losses.IsEmpty, "the loss");
        stays.Send(isRising: true, 1);
        await stays.SeesAsync(1);

        Assert.That(gone.Losses.Select(static loss => loss.Fault), Is.EqualTo(new[] { GpioFault.Gone }));
        Assert.That(stays.Losses, Is.Empty);
    }

    [Test]
    public async Task Without_inputs_there_is_no_thread_and_the_next_one_starts_it_again()
    {
        using (var line = new PipeLine(_poller, "one"))
        {
            line.Send(isRising: true, 1);
            await line.SeesAsync(1);
            Assert.That(Threads(), Is.EqualTo(1));
        }

        await Eventually.IsTrueAsync(static () => Threads() == 0, "the end of the thread");
        using var again = new PipeLine(_poller, "again");
        again.Send(isRising: false, 2);
        await again.SeesAsync(1);
    }

    [Test]
    public async Task Lines_come_and_go_while_others_are_read()
    {
        using var stays = new PipeLine(_poller, "stays");
        for (uint i = 1; i <= 100; i++)
        {
            using var passing = new PipeLine(_poller, $"passing {i}");
            stays.Send(isRising: true, i);
        }

        await stays.SeesAsync(100);
        Assert.That(stays.Losses, Is.Empty);
    }

    [Test]
    public async Task A_line_whose_edges_cannot_be_waited_for_is_freed_again()
    {
        var refuses = true;
        using var poller = new EdgePoller(() => refuses ? throw new GpioException(GpioFault.Failed, "no more files") : new WakeUp());
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        var handle = new SafeFileHandle(pipe.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: true);
        pipe.ClientSafePipeHandle.SetHandleAsInvalid();

        Assert.Throws<GpioException>(() => _ = new KernelLine("line", handle, new Blind(), poller));
        Assert.That(handle.IsClosed, Is.True);
        refuses = false;
        using var next = new PipeLine(poller, "next"); // and is none of those that are waited for
        next.Send(isRising: true, 1);
        await next.SeesAsync(1);
    }

    private static int Threads() => Directory.EnumerateDirectories("/proc/self/task").Count(static task =>
    {
        try
        {
            return File.ReadAllText($"{task}/comm").Trim() == "gpio edges";
        }
        catch (IOException)
        {
            return false; // it has ended meanwhile
        }
    });

    private sealed class Blind : ILineWatcher
    {
        public void OnEdge(in LineEdge edge) => throw new AssertionException("It is not waited for.");

        public void OnLost(GpioException reason) => throw new AssertionException(reason.Message);
    }

    private sealed class PipeLine : ILineWatcher, IDisposable
    {
        private readonly AnonymousPipeServerStream _writer = new(PipeDirection.Out);
        private readonly SafeFileHandle _line;
        private readonly EdgePoller _poller;

        public PipeLine(EdgePoller poller, string name)
        {
            _poller = poller;
            _line = new SafeFileHandle(_writer.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: true);
            _writer.ClientSafePipeHandle.SetHandleAsInvalid(); // it is the line's now, which the poller holds while it waits
            poller.Add(name, _line, this);
        }

        public ConcurrentQueue<LineEdge> Edges { get; } = new();

        public ConcurrentQueue<GpioException> Losses { get; } = new();

        public void Send(bool isRising, uint sequence)
        {
            var one = new GpioLineEvent { TimestampNanoseconds = sequence * 1000ul, Id = isRising ? GpioLineEvent.RisingEdge : GpioLineEvent.FallingEdge, LineSequence = sequence };
            _writer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<GpioLineEvent>(in one)));
        }

        public void Unplug() => _writer.SafePipeHandle.Dispose();

        public Task SeesAsync(int edges) => Eventually.IsTrueAsync(() => Edges.Count >= edges, () => $"{edges} edges; there are {Edges.Count}");

        public void OnEdge(in LineEdge edge) => Edges.Enqueue(edge);

        public void OnLost(GpioException reason) => Losses.Enqueue(reason);

        public void Dispose()
        {
            _poller.Remove(_line);
            _line.Dispose();
            _writer.Dispose();
        }
    }
}
