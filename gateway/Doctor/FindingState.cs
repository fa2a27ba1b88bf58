namespace Roost.Gateway.Doctor;

internal enum FindingState
{
    Well,

    /// <summary>Cannot be found out here.</summary>
    Unknown,

    /// <summary>It works, and could be better.</summary>
    Weak,

    /// <summary>Something does not do what it promises.</summary>
    Fault,
}
