using Roost.Mqtt.Client;
using Roost.Storage.Logs;

namespace Roost.Streams.Bridge;

/// <summary>A queue that no entry has any more.</summary>
internal static class OrphanedQueue
{
    /// <returns>How many messages wait in it; null where that cannot be told.</returns>
    public static async Task<long?> CountAsync(string folder, BridgeServices services)
    {
        try
        {
            await using var queue = MqttOutgoingQueue.Open(folder, new MqttOutgoingQueueOptions { MaxBytes = long.MaxValue / 2 }, services.Clock, services.Logger);
            return queue.Status.Waiting;
        }
        catch (Exception exception) when (exception is CorruptLogException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
