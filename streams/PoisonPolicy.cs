namespace Roost.Streams;

/// <summary>What becomes of a record that a target will never take.</summary>
public enum PoisonPolicy
{
    /// <summary>It is moved to <c>$dead</c>, with the reason.</summary>
    DeadLetter,

    /// <summary>It is counted, logged and left out.</summary>
    Drop,

    /// <summary>The export waits at it, and tries it again now and then, until somebody acts.</summary>
    Stop,
}
