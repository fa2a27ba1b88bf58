using System.Diagnostics;
using System.Net.Sockets;

namespace Roost.LocalLambda.Bench;

/// <summary>An echo server on a unix socket by the interpreter alone: the least that a call into another process costs.</summary>
internal sealed class BareEcho(Process process, Socket socket) : IAsyncDisposable
{
    private static readonly byte[] Event = "{\"n\":1}"u8.ToArray();
    private readonly byte[] _buffer = new byte[Event.Length];

    public static async Task<BareEcho> StartAsync(Interpreter interpreter, string folder)
    {
        var script = Path.Combine(folder, interpreter.EchoFile);
        await File.WriteAllTextAsync(script, interpreter.Echo);
        var path = Path.Combine(folder, $"{interpreter.Name}.sock");
        var process = Process.Start(new ProcessStartInfo(interpreter.Program, [script, path]) { UseShellExecute = false })!;
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        while (await poll.WaitForNextTickAsync())
        {
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
                break;
            }
            catch (SocketException) when (!process.HasExited)
            {
                // It is still starting.
            }
        }

        return new BareEcho(process, socket);
    }

    public async Task CallAsync()
    {
        await socket.SendAsync(Event);
        for (var read = 0; read < Event.Length;)
        {
            read += await socket.ReceiveAsync(_buffer.AsMemory(read));
        }
    }

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        await process.WaitForExitAsync(); // its only connection has closed
        process.Dispose();
    }
}
