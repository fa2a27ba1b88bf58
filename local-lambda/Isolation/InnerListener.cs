using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// A TCP socket that listens on the loopback interface of a sandbox and is accepted on by the daemon: made inside by <c>runtimes/launch.pl</c>, and
/// handed over before the function starts.
/// </summary>
/// <param name="Name">By which the daemon knows what it is for.</param>
/// <param name="Variable">In which the function finds its address.</param>
internal sealed record InnerListener(string Name, string Variable)
{
    public const string RuntimeApi = "runtime";

    /// <summary>In the order in which they are handed over. Our own bootstraps speak to the unix socket and need none.</summary>
    public static IReadOnlyList<InnerListener> Of(FunctionDefinition definition) =>
        definition.Runtime.Family == RuntimeFamily.Provided ? [new InnerListener(RuntimeApi, "AWS_LAMBDA_RUNTIME_API")] : [];
}
