namespace Roost.LocalLambda;

/// <summary>What stands between a function and the machine.</summary>
public enum IsolationMode
{
    /// <summary>Every function runs in a sandbox; a machine that cannot make one runs no functions.</summary>
    Required,

    /// <summary>Functions run as plain processes of the daemon's user. Only for machines that run nothing but trusted code.</summary>
    None,
}
