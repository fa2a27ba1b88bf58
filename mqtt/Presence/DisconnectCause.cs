namespace Roost.Mqtt.Presence;

/// <summary>Why a connection ended, in the words of AWS IoT's lifecycle events.</summary>
internal static class DisconnectCause
{
    public const string Client = "CLIENT_INITIATED_DISCONNECT";

    /// <param name="reasonCode">What the client is told, or would be if its version knew reasons.</param>
    public static string Of(ReasonCode reasonCode) => reasonCode switch
    {
        ReasonCode.Success => Client,
        ReasonCode.NotAuthorized or ReasonCode.BadUserNameOrPassword or ReasonCode.BadAuthenticationMethod => "AUTH_ERROR",
        ReasonCode.Banned => "FORBIDDEN_ACCESS",
        ReasonCode.SessionTakenOver => "DUPLICATE_CLIENTID",
        ReasonCode.KeepAliveTimeout => "MQTT_KEEP_ALIVE_TIMEOUT",
        ReasonCode.ServerShuttingDown or ReasonCode.UseAnotherServer or ReasonCode.ServerMoved or ReasonCode.MaximumConnectTime => "SERVER_INITIATED_DISCONNECT",
        ReasonCode.AdministrativeAction => "API_INITIATED_DISCONNECT",
        ReasonCode.MessageRateTooHigh or ReasonCode.ConnectionRateExceeded or ReasonCode.QuotaExceeded => "THROTTLED",
        ReasonCode.ImplementationSpecificError or ReasonCode.ServerBusy or ReasonCode.ServerUnavailable => "SERVER_ERROR",
        ReasonCode.UnspecifiedError => "CONNECTION_LOST",
        _ => "CLIENT_ERROR",
    };
}
