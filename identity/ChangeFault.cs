namespace Roost.Identity;

/// <summary>Why a change is not made.</summary>
public enum ChangeFault
{
    /// <summary>What was asked for is not allowed by the rules of names, sizes and forms.</summary>
    Invalid,

    NotFound,

    /// <summary>It is there already, or has changed meanwhile.</summary>
    Conflict,

    /// <summary>There are as many as there may be.</summary>
    LimitExceeded,
}
