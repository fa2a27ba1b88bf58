namespace Roost.LocalLambda.Definitions;

/// <summary>Who goes first when functions compete for the machine.</summary>
internal enum ServiceClass
{
    /// <summary>Somebody waits for the answer.</summary>
    Interactive,

    /// <summary>Work that may take its time: it starts behind interactive functions, with less of the processor, and never takes all workers.</summary>
    Background,
}
