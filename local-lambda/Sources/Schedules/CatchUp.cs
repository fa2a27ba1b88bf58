namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>What becomes of the runs that were missed while the daemon or the machine was off, or because the clock was set forward.</summary>
internal enum CatchUp
{
    /// <summary>They are left out.</summary>
    None,

    /// <summary>One run stands for all of them, with the time of the last one.</summary>
    Once,
}
