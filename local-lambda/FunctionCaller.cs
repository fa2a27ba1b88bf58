using Roost.Mqtt;

namespace Roost.LocalLambda;

/// <summary>The function that makes a request through its own endpoint: a feature of the request, which the gateway's endpoints look for.</summary>
/// <param name="Function">Its name.</param>
/// <param name="Routes">What a message that the request publishes has passed, this function included: see <see cref="FunctionTrace"/>.</param>
/// <param name="Retained">The topics whose retained messages a list may tell of.</param>
public sealed record FunctionCaller(string Function, string Routes, IReadOnlyList<TopicFilter> Retained)
{
    /// <summary>What <see cref="MqttMessage.OnBehalfOf"/> says of its messages, and the shadows' history of its changes.</summary>
    public const string Way = "function";

    public string Publisher => $"{Way}:{Function}";
}
