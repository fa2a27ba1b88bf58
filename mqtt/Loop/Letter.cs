namespace Roost.Mqtt.Loop;

/// <summary>One piece of work for the loop, linked into the <see cref="Mailbox"/> without a node of its own.</summary>
internal abstract class Letter
{
    /// <summary>The mailbox's.</summary>
    public Letter? Next { get; set; }

    /// <summary>Called on the loop.</summary>
    public abstract void Open();
}
