using System.Net;
using System.Net.Sockets;

namespace Roost.Mqtt.Client.Transport;

/// <summary>
/// Connects to whichever of several addresses answers first (RFC 8305): in turns of IPv6 and IPv4, each begun when the one before has
/// failed, or has not answered for 250 ms. So a network whose IPv6 leads nowhere costs a quarter of a second, and no time-out.
/// </summary>
/// <param name="connect">Connects to one address, or throws; the socket is ours then.</param>
public sealed class HappyEyeballs(Func<IPAddress, CancellationToken, Task<Socket>> connect, TimeProvider clock)
{
    /// <summary>RFC 8305 section 5: the Connection Attempt Delay that it recommends.</summary>
    public static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    /// <summary>The resolver's order (RFC 6724), but the families take turns, beginning with the one that it prefers (section 4).</summary>
    public static IReadOnlyList<IPAddress> TakeTurns(IReadOnlyList<IPAddress> addresses)
    {
        var preferred = addresses.Count == 0 ? default : addresses[0].AddressFamily;
        var first = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily == preferred));
        var second = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily != preferred));
        var turns = new List<IPAddress>(addresses.Count);
        while (first.Count + second.Count > 0)
        {
            if (first.TryDequeue(out var one))
            {
                turns.Add(one);
            }

            if (second.TryDequeue(out var other))
            {
                turns.Add(other);
            }
        }

        return turns;
    }

    /// <param name="addresses">One at least, in the order to try.</param>
    /// <exception cref="IOException">None answers; the message tells what each said.</exception>
    public async Task<Socket> ConnectAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<(IPAddress Address, Task<Socket> Attempt)>();
        var faults = new List<(IPAddress Address, SocketException Fault)>();
        try
        {
            for (var next = 0; next < addresses.Count || running.Count > 0;)
            {
                if (next < addresses.Count)
                {
                    running.Add((addresses[next], connect(addresses[next], ending.Token)));
                    next++;
                }

                if (await FirstDoneAsync(running, isLast: next == addresses.Count, ending.Token) is { } winner)
                {
                    return winner;
                }

                faults.AddRange(TakeFaults(running));
            }
        }
        finally
        {
            await ending.CancelAsync();
            running.ForEach(static loser => _ = CloseAsync(loser.Attempt));
        }

        throw new IOException(Describe(faults), faults[^1].Fault);
    }

    /// <returns>Null when one failed, or the head start is over.</returns>
    private async Task<Socket?> FirstDoneAsync(List<(IPAddress Address, Task<Socket> Attempt)> running, bool isLast, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var headStart = Task.Delay(isLast ? Timeout.InfiniteTimeSpan : HeadStart, clock, waiting.Token);
        await Task.WhenAny([headStart, .. running.Select(static one => one.Attempt)]);
        await waiting.CancelAsync(); // frees the timer
        cancellationToken.ThrowIfCancellationRequested();
        var won = running.FindIndex(static one => one.Attempt.IsCompletedSuccessfully);
        if (won < 0)
        {
            return null;
        }

        var socket = await running[won].Attempt;
        running.RemoveAt(won);
        return socket;
    }

    private static IEnumerable<(IPAddress Address, SocketException Fault)> TakeFaults(List<(IPAddress Address, Task<Socket> Attempt)> running)
    {
        foreach (var failed in running.Where(static one => one.Attempt.IsCompleted).ToList())
        {
            running.Remove(failed);
            yield return (failed.Address, failed.Attempt.Exception?.InnerException as SocketException ?? new SocketException((int)SocketError.OperationAborted));
        }
    }

    private static string Describe(List<(IPAddress Address, SocketException Fault)> faults) => faults.Count == 1
        ? faults[0].Fault.Message
        : string.Join("; ", faults.Select(static one => $"{one.Address}: {one.Fault.Message}"));

    /// <summary>One that answers after all is closed again.</summary>
    private static async Task CloseAsync(Task<Socket> attempt)
    {
        try
        {
            (await attempt).Dispose();
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // It lost in the first place.
        }
    }
}
