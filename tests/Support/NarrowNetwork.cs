using NUnit.Framework;

namespace Roost.Tests.Support;

/// <summary>
/// Two machines, so to speak, with a narrow line between them: network namespaces of the test's own, joined by a pair of virtual
/// interfaces whose rate the kernel limits. Nothing of it is seen outside, and all of it goes when it is disposed of.
/// </summary>
public sealed class NarrowNetwork : IAsyncDisposable
{
    /// <summary>Where <see cref="StartNear"/> runs programs.</summary>
    public const string NearAddress = "10.77.0.1";

    /// <summary>Where <see cref="StartFar"/> runs programs.</summary>
    public const string FarAddress = "10.77.0.2";

    private static int s_made;

    private readonly string _near;
    private readonly string _far;

    private NarrowNetwork()
    {
        var name = $"roost{Environment.ProcessId}x{Interlocked.Increment(ref s_made)}";
        (_near, _far) = ($"{name}n", $"{name}f");
    }

    /// <summary>Skips the test where namespaces cannot be made, or their rate cannot be limited.</summary>
    /// <param name="rate">As tc(8) writes it, like <c>64kbit</c>.</param>
    public static async Task<NarrowNetwork> CreateAsync(string rate)
    {
        var network = new NarrowNetwork();
        try
        {
            await network.BuildAsync(rate);
            return network;
        }
        catch (IOException exception)
        {
            await network.DisposeAsync();
            Assert.Ignore($"No narrow network can be made here: {exception.Message}");
            throw;
        }
    }

    public RunningProcess StartNear(string program, params string[] arguments) => RunningProcess.Start("ip", ["netns", "exec", _near, program, .. arguments]);

    public RunningProcess StartFar(string program, params string[] arguments) => RunningProcess.Start("ip", ["netns", "exec", _far, program, .. arguments]);

    /// <summary>Takes the line down, so that all bytes vanish and nobody is told, or up again.</summary>
    public Task SetLineAsync(bool up) => RunAsync("-n", _near, "link", "set", "line", up ? "up" : "down");

    public async ValueTask DisposeAsync()
    {
        foreach (var name in new[] { _near, _far })
        {
            await using var ip = RunningProcess.Start("ip", "netns", "del", name);
            await ip.WaitForExitAsync(); // one that was never made is not there to delete
        }
    }

    private static Task RunAsync(params string[] arguments) => RunAsync("ip", arguments);

    private static async Task RunAsync(string program, string[] arguments)
    {
        await using var running = RunningProcess.Start(program, arguments);
        if (await running.WaitForExitAsync() != 0)
        {
            throw new IOException($"{program} {string.Join(' ', arguments)}: {running.Errors}");
        }
    }

    private async Task BuildAsync(string rate)
    {
        await RunAsync("netns", "add", _near);
        await RunAsync("netns", "add", _far);
        await RunAsync("-n", _near, "link", "add", "line", "type", "veth", "peer", "name", "line", "netns", _far);
        await RunAsync("-n", _near, "address", "add", $"{NearAddress}/24", "dev", "line");
        await RunAsync("-n", _far, "address", "add", $"{FarAddress}/24", "dev", "line");
        foreach (var name in new[] { _near, _far })
        {
            await RunAsync("-n", name, "link", "set", "lo", "up");
            await RunAsync("-n", name, "link", "set", "line", "up");
            await RunAsync("tc", ["-n", name, "qdisc", "add", "dev", "line", "root", "tbf", "rate", rate, "burst", "2kb", "latency", "500ms"]);
        }
    }
}
