using Roost.Mqtt.Client;
using Roost.Storage.Logs;

namespace Roost.Streams.Bridge;

/// <summary>A queue that no entry has any more.</summary>
internal static class OrphanedQueue
{
    /// <returns>How many messages wait in it; null where that cannot be told.</returns>
    public static long? Count(string folder, BridgeServices services)
    {
        try
        {
            var queue = MqttOutgoingQueue.Open(folder, new MqttOutgoingQueueOptions { MaxBytes = long.MaxValue / 2 }, services.Clock, services.Logger);
            var count = queue.Status.Waiting;
            queue.DisposeAsync().AsTask().Wait();
            return count;
        }
        catch (Exception exception) when (exception is CorruptLogException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
