namespace Roost.Gateway.Hosting;

/// <summary>The daemon cannot start, for a reason that its operator can change; the message is the whole story, and needs no stack trace.</summary>
internal sealed class StartRefusedException(string message, int exitCode = Gateway.ExitCode.Failed) : Exception(message)
{
    /// <summary>One of <see cref="Gateway.ExitCode"/>: whether trying again may help.</summary>
    public int ExitCode { get; } = exitCode;
}
