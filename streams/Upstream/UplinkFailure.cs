using System.Security.Authentication;
using Roost.Mqtt;
using Roost.Mqtt.Client;

namespace Roost.Streams.Upstream;

/// <summary>What kind of failure an attempt met: how soon the next makes sense depends on it.</summary>
internal enum UplinkFailure
{
    /// <summary>No network, no answer, a server that has gone: the next attempt may succeed.</summary>
    Network,

    /// <summary>The server is there, and asks to be left alone for a while.</summary>
    Busy,

    /// <summary>TLS: a certificate that is refused, perhaps because a clock is wrong.</summary>
    Tls,

    /// <summary>Credentials, or something else that an operator has to put right.</summary>
    Refused,
}

internal static class UplinkFailures
{
    public static UplinkFailure Of(Exception exception) => exception switch
    {
        UplinkCredentialsException => UplinkFailure.Refused,
        MqttConnectionException { ReasonCode: ReasonCode.ServerBusy or ReasonCode.ServerUnavailable or ReasonCode.QuotaExceeded
            or ReasonCode.ConnectionRateExceeded or ReasonCode.MessageRateTooHigh or ReasonCode.UseAnotherServer } => UplinkFailure.Busy,
        MqttConnectionException { ReasonCode: not null } => UplinkFailure.Refused,
        MqttConnectionException { InnerException: AuthenticationException } => UplinkFailure.Tls,
        _ => UplinkFailure.Network,
    };

    /// <summary>Waiting alone does not mend it: health says so.</summary>
    public static bool NeedsOperator(this UplinkFailure failure) => failure is UplinkFailure.Tls or UplinkFailure.Refused;
}
