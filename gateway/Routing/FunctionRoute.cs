using Roost.LocalLambda;
using Roost.Mqtt;

namespace Roost.Gateway.Routing;

/// <summary>Invokes a function with each message; the publisher's acknowledgement waits until the invocation is kept.</summary>
internal sealed class FunctionRoute(int number, TopicFilter from, string function, TopicTemplate? answer, IFunctionInvoker invoker, ILogger logger, TimeProvider clock)
    : Route(number, from, $"function {function}", logger, clock)
{
    /// <summary>A function may be deployed later than its route: until then its messages are dropped, counted and reported.</summary>
    public override string? Fault => invoker.Functions.FirstOrDefault(status => status.Name == function) switch
    {
        null => $"There is no function {function}; messages for it are dropped. Put it into the functions' folder, or take the route out.",
        { State: not "ready" } status => $"Function {function} cannot run; messages for it are dropped. {string.Join(" ", status.Faults)}",
        _ => null,
    };

    protected override ValueTask Pass(in PublishedMessage message)
    {
        var trace = RouteTrace.Of(in message);
        if (!RouteTrace.MayPass(trace, Number))
        {
            return Drop("it is an answer that has passed this route before");
        }

        TopicName? answerTopic = null;
        if (answer is not null)
        {
            if (!answer.TryRender(message.Topic, out var rendered))
            {
                return Drop($"the answer topic that {message.Topic} leads to is too long");
            }

            if (ReservedTopics.Contains(rendered))
            {
                return Drop($"its answer topic is {rendered}, on which only the gateway itself publishes");
            }

            answerTopic = rendered;
        }

        // The function's answer repeats the trace.
        var traced = new PublishedMessage(
            message.Topic, message.Payload, message.QualityOfService, message.Retain, message.Publisher, RouteTrace.Extend(message.Properties, trace, Number));
        var kept = invoker.EnqueueAsync(function, in traced, answerTopic);
        if (!kept.IsFaulted)
        {
            return kept;
        }

        var failed = kept.AsTask();
        return failed.Exception!.InnerException is FunctionNotFoundException or FunctionUnavailableException or PayloadTooLargeException
            ? Drop(failed.Exception.InnerException.Message)
            : new ValueTask(failed); // a full queue or disk: the publisher is to send it again
    }
}
