using System.Net;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// A TCP socket that listens on the loopback interface of a sandbox and is accepted on by the daemon: made inside by <c>runtimes/launch.pl</c>, and
/// handed over before the function starts.
/// </summary>
/// <param name="Name">By which the daemon knows what it is for. With <c>:PORT</c> at its end it listens there, otherwise on a free port.</param>
/// <param name="Variables">In which the function finds its address, behind what the environment has for them already.</param>
/// <param name="Target">The listener of the daemon that its connections go to; null where they are served as they are.</param>
internal sealed record InnerListener(string Name, IReadOnlyList<string> Variables, IPEndPoint? Target = null)
{
    public const string RuntimeApi = "runtime";
    public const string Endpoint = "endpoint";

    /// <summary>As the launcher takes it.</summary>
    public string Argument => $"{Name}={string.Join(',', Variables)}";

    public static InnerListener To(IPEndPoint target) => new($"loopback:{target.Port}", [], target);
}
