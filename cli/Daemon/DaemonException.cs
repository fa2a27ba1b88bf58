using System.Net;

namespace Roost.Cli.Daemon;

/// <summary>The command failed; <see cref="Exception.Message"/> is the one line for the operator: what, where, and what to do about it.</summary>
internal sealed class DaemonException(string message, Exception? innerException = null, HttpStatusCode? status = null) : Exception(message, innerException)
{
    /// <summary>What the daemon answered; null where it gave no answer.</summary>
    public HttpStatusCode? Status => status;
}
