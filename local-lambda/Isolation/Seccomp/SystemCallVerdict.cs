namespace Roost.LocalLambda.Isolation.Seccomp;

/// <summary>What becomes of a system call.</summary>
internal enum SystemCallVerdict
{
    Allowed,

    /// <summary>Fails with EPERM.</summary>
    Refused,

    /// <summary>Fails with ENOSYS, as on a kernel that does not have it: libraries have another way then.</summary>
    Missing,

    /// <summary>Allowed where a control group counts the function's memory; does not exist elsewhere.</summary>
    WhereMemoryIsCounted,

    /// <summary>Allowed unless a flag asks for a new namespace.</summary>
    WithoutNamespaces,

    /// <summary>Allowed for the execution domains of ordinary programs.</summary>
    UsualPersonality,

    /// <summary>Allowed but for the requests that type into a terminal.</summary>
    WithoutTerminalInput,

    /// <summary>Allowed for unix sockets, TCP, UDP and ping, and to ask for the sandbox's own addresses.</summary>
    UsualSockets,
}
