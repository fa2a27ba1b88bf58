using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Roost.Mqtt.Transport.Tls;

/// <summary>Application protocols (ALPN): AWS's SDKs offer <c>x-amzn-mqtt-ca</c> on every port, others <c>mqtt</c>.</summary>
internal static unsafe class TlsProtocols
{
    private const int Accepted = 0; // SSL_TLSEXT_ERR_OK
    private const int NoAnswer = 3; // SSL_TLSEXT_ERR_NOACK

    /// <summary>OpenSSL's, of a client that offers protocols: the first that is MQTT's. One that offers others goes on without an answer, as if it had not asked.</summary>
    /// <param name="offered">Each a byte of length and its name; OpenSSL has checked that.</param>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static int OnOffer(nint session, byte** chosen, byte* chosenLength, byte* offered, uint length, nint argument)
    {
        for (uint at = 0; at < length && at + offered[at] < length; at += offered[at] + 1u)
        {
            var name = new ReadOnlySpan<byte>(offered + at + 1, offered[at]);
            if (name.SequenceEqual("mqtt"u8) || name.SequenceEqual("x-amzn-mqtt-ca"u8))
            {
                *chosen = offered + at + 1;
                *chosenLength = offered[at];
                return Accepted;
            }
        }

        return NoAnswer;
    }
}
