using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.Mqtt;

namespace Roost.LocalLambda.Inside;

/// <summary>Messages: publish, and retained ones.</summary>
internal sealed partial class RequestGate
{
    private const string NoTopic = "The path holds no topic name.";

    private Refusal? Publish(HttpRequest request, IHttpRequestFeature target, string text)
    {
        if (!TopicName.TryParse(text, out var topic))
        {
            return Refusal.Invalid(NoTopic);
        }

        var retain = request.Query["retain"].ToString() is not ("" or "false");
        if (FaultOf(topic, retain) is { } refusal)
        {
            return refusal;
        }

        // Whoever answers the message publishes there with rights of its own: what a function may not publish it must not have published for it.
        if (request.Query["responseTopic"].ToString() is { Length: > 0 } response && TopicName.TryParse(response, out var answer) && (answer.Value[0] == '$' || !rights.MayPublish(answer, retain: false)))
        {
            return Refusal.Missing(Refusal.Forbidden, function, $"have answers published on {answer} (responseTopic)", $"{{ publish: \"{answer}\" }}");
        }

        return Pass(target, $"/topics/{Uri.EscapeDataString(text)}");
    }

    private Refusal? FaultOf(TopicName topic, bool retain)
    {
        if (topic.Value[0] != '$')
        {
            return rights.MayPublish(topic, retain) ? null
                : Refusal.Missing(Refusal.Forbidden, function, $"publish {(retain ? "retained messages " : "")}on {topic}", $"{{ publish: \"{topic}\"{(retain ? ", retain: true" : "")} }}");
        }

        // A shadow's request topics are another way to its REST calls, and nothing else that begins with $ is a function's business.
        var (thing, shadow, action) = topic.Value.Split('/') switch
        {
            ["$aws", "things", var name, "shadow", ("get" or "update" or "delete") and var verb] => (name, null, verb),
            ["$aws", "things", var name, "shadow", "name", { Length: > 0 } named, ("get" or "update" or "delete") and var verb] => (name, named, verb),
            _ => ("", null, ""),
        };
        return action.Length == 0 || retain
            ? new Refusal(StatusCodes.Status403Forbidden, Refusal.Forbidden, $"No function may publish {(retain ? "retained messages " : "")}on {topic}; of topics that begin with $ it is shadows' get, update and delete only.")
            : MissingShadow(thing, shadow, action);
    }

    private Refusal? GetRetained(IHttpRequestFeature target, string text)
    {
        if (!TopicName.TryParse(text, out var topic))
        {
            return Refusal.Invalid(NoTopic);
        }

        return rights.MayReadRetained(topic)
            ? Pass(target, $"/retainedMessage/{Uri.EscapeDataString(text)}")
            : Refusal.Missing(Refusal.Forbidden, function, $"read the retained message on {topic}", $"{{ retained: \"{topic}\" }}");
    }

    /// <summary>The list has those only that may be read.</summary>
    private Refusal? ListRetained(IHttpRequestFeature target) => rights.Retained.Count > 0
        ? Pass(target, "/retainedMessage")
        : Refusal.Missing(Refusal.Forbidden, function, "list retained messages", "{ retained: \"robots/+/state\" }");
}
