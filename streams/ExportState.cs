namespace Roost.Streams;

/// <summary>What an export does at the moment.</summary>
public enum ExportState
{
    /// <summary>Everything has gone.</summary>
    Idle,

    /// <summary>Records are on their way.</summary>
    Running,

    /// <summary>Outside its windows, or its condition says no.</summary>
    Waiting,

    Paused,

    /// <summary>Something keeps it; the fault says what.</summary>
    Failing,
}
