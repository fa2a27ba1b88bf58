using Roost.Mqtt;

namespace Roost.LocalLambda.Triggers;

/// <summary>Feeds the messages of one topic filter to one function. A message at QoS 1 or 2 is acknowledged once it is durable in the function's queue.</summary>
internal sealed class TopicTrigger(string function, IFunctionInvoker invoker, Metrics metrics) : IMessageHandler
{
    public ValueTask Handle(in PublishedMessage message)
    {
        var kept = invoker.EnqueueAsync(function, message);
        if (message.QualityOfService != QualityOfService.AtMostOnce)
        {
            return kept;
        }

        _ = CountAsync(kept);
        return ValueTask.CompletedTask;
    }

    /// <summary>Nobody waits for a message at QoS 0; when it is lost, a counter tells.</summary>
    private async Task CountAsync(ValueTask kept)
    {
        try
        {
            await kept;
        }
        catch (Exception)
        {
            // Full, too large, stopping, a broken disk: for a message that nobody acknowledges it comes to the same.
            metrics.MessageRefused(function);
        }
    }
}
