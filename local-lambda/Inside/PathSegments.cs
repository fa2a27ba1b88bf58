using System.Buffers;
using System.Text;

namespace Roost.LocalLambda.Inside;

/// <summary>
/// A request's path, taken apart where it is still encoded, and then decoded exactly once: neither <c>%2F</c> nor a double encoding moves what stands behind it
/// into another segment.
/// </summary>
internal static class PathSegments
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="rawTarget">The request target as it was sent.</param>
    /// <param name="raw">The segments as they were sent.</param>
    /// <param name="decoded">The same, decoded.</param>
    /// <returns>Null, or what is wrong with the target.</returns>
    public static string? Read(string rawTarget, out string[] raw, out string[] decoded)
    {
        (raw, decoded) = ([], []);
        var end = rawTarget.IndexOf('?');
        var path = end < 0 ? rawTarget : rawTarget[..end];
        if (path is not ['/', ..])
        {
            return "The request target is no path.";
        }

        raw = path[1..].Split('/');
        decoded = new string[raw.Length];
        for (var i = 0; i < raw.Length; i++)
        {
            if (Decode(raw[i]) is not { } text)
            {
                return "The path holds an escape that is not complete, or is no UTF-8.";
            }

            if (text is "." or "..")
            {
                return "The path holds a segment . or .., which is never followed here.";
            }

            decoded[i] = text;
        }

        return null;
    }

    private static string? Decode(string encoded)
    {
        if (!encoded.Contains('%') && Ascii.IsValid(encoded))
        {
            return encoded;
        }

        var bytes = Encoding.UTF8.GetBytes(encoded);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++, length++)
        {
            if (bytes[i] != '%')
            {
                bytes[length] = bytes[i];
            }
            else if (i + 2 < bytes.Length && Convert.FromHexString(bytes.AsSpan(i + 1, 2), bytes.AsSpan(length, 1), out _, out _) == OperationStatus.Done)
            {
                i += 2;
            }
            else
            {
                return null;
            }
        }

        try
        {
            return _strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
