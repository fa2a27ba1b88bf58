namespace Roost.Mqtt.Loop;

/// <summary>One piece of work for the loop, linked into the <see cref="Mailbox"/> without a node of its own.</summary>
internal abstract class Letter
{
    /// <summary>The mailbox's.</summary>
    public Letter? Next { get; set; }

    /// <summary>Called on the loop.</summary>
    public abstract void Open();

    /// <summary>Any thread: the loop has ended, and <see cref="Open"/> will not be called.</summary>
    public abstract void Refuse();

    /// <summary>What those are told who wait for the letter.</summary>
    protected static ObjectDisposedException LoopHasEnded() => new(nameof(MqttBroker), "The broker has stopped.");
}
