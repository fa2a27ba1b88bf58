namespace Roost.LocalLambda.Definitions;

/// <summary>What is done about a worker that takes longer to start than usual.</summary>
internal enum StartMode
{
    /// <summary>Its start is waited for.</summary>
    Normal,

    /// <summary>A second one is started beside it, once for each invocation that waits.</summary>
    Hedged,
}
