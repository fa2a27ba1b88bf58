using System.Text;
using System.Text.Unicode;

namespace Roost.Mqtt.Protocol;

/// <summary>UTF-8 strings of the protocol (MQTT 5 section 1.5.4): at most 65,535 bytes, no surrogates, no U+0000.</summary>
internal static class MqttText
{
    public const int MaxBytes = 65_535;

    /// <summary>Throws on a lone surrogate in our own text, where <see cref="Encoding.UTF8"/> would put U+FFFD without a word.</summary>
    public static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Overlong forms and encoded surrogates are refused [MQTT-1.5.4-1]; U+0000 too [MQTT-1.5.4-2]. A BOM is text [MQTT-1.5.4-3].</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8) => !utf8.Contains((byte)0) && Utf8.IsValid(utf8);

    /// <summary>A topic name: valid text, not empty, no wildcards [MQTT-3.3.2-2], [MQTT-4.7.3-1].</summary>
    public static bool IsTopicName(ReadOnlySpan<byte> utf8) =>
        !utf8.IsEmpty && !utf8.ContainsAny((byte)'+', (byte)'#', (byte)0) && Utf8.IsValid(utf8);

    /// <summary>For bytes that <see cref="IsValid"/> has accepted.</summary>
    public static string ToText(ReadOnlySpan<byte> utf8) => Encoding.GetString(utf8);
}
