namespace Roost.Mqtt.Client;

/// <summary>The server answered a SUBSCRIBE or UNSUBSCRIBE with a failure, or has said before that it would.</summary>
public sealed class MqttSubscriptionRefusedException(string filter, ReasonCode reasonCode, string? explanation = null)
    : Exception(Describe(filter, reasonCode, explanation))
{
    public string Filter { get; } = filter;

    public ReasonCode ReasonCode { get; } = reasonCode;

    private static string Describe(string filter, ReasonCode reasonCode, string? explanation)
    {
        var words = explanation is null ? "" : $": {explanation}";
        var remedy = ReasonRemedy.Of(reasonCode) is { } sentence ? $" {sentence}" : "";
        return $"The server refuses '{filter}'{words} (reason {reasonCode}, 0x{(byte)reasonCode:X2}).{remedy}";
    }
}
