namespace Roost.Mqtt.Protocol;

/// <summary>The return codes of 3.1.1's CONNACK (3.1.1 table 3.1) and their reason codes in MQTT 5.</summary>
internal static class ConnectReturnCode
{
    private const byte Max = 5;

    public static bool TryRead(byte returnCode, out ReasonCode reasonCode)
    {
        reasonCode = returnCode switch
        {
            0 => ReasonCode.Success,
            1 => ReasonCode.UnsupportedProtocolVersion,
            2 => ReasonCode.ClientIdentifierNotValid,
            3 => ReasonCode.ServerUnavailable,
            4 => ReasonCode.BadUserNameOrPassword,
            _ => ReasonCode.NotAuthorized,
        };
        return returnCode <= Max;
    }

    /// <returns>
    /// The nearest of the six. A server that refuses for a reason which none of them tells (a malformed packet) closes without a
    /// CONNACK [MQTT-3.2.2-6] and does not come here.
    /// </returns>
    public static byte From(ReasonCode reasonCode) => reasonCode switch
    {
        ReasonCode.Success => 0,
        ReasonCode.UnsupportedProtocolVersion => 1,
        ReasonCode.ClientIdentifierNotValid => 2,
        ReasonCode.BadUserNameOrPassword => 4,
        ReasonCode.NotAuthorized or ReasonCode.Banned or ReasonCode.BadAuthenticationMethod => 5,
        _ => 3,
    };
}
