using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Client;

/// <summary>How an <see cref="MqttOutgoingQueue"/> stores and sends.</summary>
public sealed class MqttOutgoingQueueOptions
{
    /// <summary>What an accepted message survives. Default: a power cut.</summary>
    public Durability Durability { get; init; } = Durability.PowerLoss;

    /// <summary>Most bytes on the disk, 64 KiB or more, and 16 times <see cref="MaxMessageBytes"/> at least. Default 64 MiB.</summary>
    public long MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// What to do at <see cref="MaxBytes"/>: refuse what comes (default), or drop the oldest, an eighth of the queue at a time, which
    /// <see cref="MqttOutgoingQueueStatus.Dropped"/> and the metric <c>roost.storage.log.dropped</c> count.
    /// </summary>
    public LogFullPolicy Full { get; init; } = LogFullPolicy.Reject;

    /// <summary>Most messages that wait, besides <see cref="MaxBytes"/>, with the same policy. Null (default): no limit.</summary>
    public long? MaxMessages { get; init; }

    /// <summary>A message that has waited longer is not sent any more, and counts as <see cref="MqttOutgoingQueueStatus.TooOld"/>. By the wall clock. Null (default): no limit.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Largest topic, properties and payload of one message together, in bytes. Default 256 KiB.</summary>
    public int MaxMessageBytes { get; init; } = 256 * 1024;

    /// <summary>Messages handed to the client and not acknowledged, at most; the server's Receive Maximum may lower it. A crash repeats at most these and those of <see cref="Linger"/>.</summary>
    public int MaxInflight { get; init; } = 256;

    /// <summary>Bytes of topics and payloads handed to the client, at most; one message that is larger goes alone. Default 4 MiB.</summary>
    public int MaxInflightBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How long an acknowledgement may wait before the position is written down: one write for many spares a flash card. Default 1 s.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What is out of bounds, with value and remedy; empty where all is well.</summary>
    internal IEnumerable<string> Faults()
    {
        if (MaxMessageBytes < 1)
        {
            yield return $"MaxMessageBytes is {MaxMessageBytes}; use 1 or more.";
        }

        if (MaxBytes < 64 * 1024 || MaxBytes < 16L * MaxMessageBytes)
        {
            // A segment of the log, an eighth, must hold a message: else the last one sent could block the next for ever.
            yield return $"MaxBytes is {MaxBytes}; use 65,536 and {16L * MaxMessageBytes} (16 times MaxMessageBytes) at least.";
        }

        if (MaxInflight < 1 || MaxInflightBytes < 1)
        {
            yield return $"MaxInflight is {MaxInflight} and MaxInflightBytes {MaxInflightBytes}; use 1 or more.";
        }

        if (MaxMessages < 1 || MaxAge <= TimeSpan.Zero)
        {
            yield return $"MaxMessages is {MaxMessages} and MaxAge {MaxAge}; use 1 or more, a time, or null for no limit.";
        }

        if (Linger < TimeSpan.Zero)
        {
            yield return $"Linger is {Linger}; use zero or more.";
        }
    }
}
