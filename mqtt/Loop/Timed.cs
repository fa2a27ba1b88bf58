namespace Roost.Mqtt.Loop;

/// <summary>Something with one deadline. It carries its own place in the <see cref="TimerHeap"/>, so that moving or dropping a deadline is cheap.</summary>
internal abstract class Timed
{
    /// <summary>The heap's: -1 while there is no deadline.</summary>
    public int HeapIndex { get; set; } = -1;

    /// <summary>Milliseconds on the loop's clock.</summary>
    public long DueAt { get; set; }

    /// <summary>Called on the loop once the deadline has passed; it may set a new one.</summary>
    public abstract void OnDue(long now);
}
