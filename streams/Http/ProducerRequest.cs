using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Roost.Streams.Http;

/// <summary>The headers by which a producer says which of its records a request brings.</summary>
internal static class ProducerRequest
{
    public const string Producer = "Roost-Producer";
    public const string Epoch = "Roost-Producer-Epoch";
    public const string Sequence = "Roost-Sequence";

    private const string Rule = "a producer's id has 1 to 64 of a-z, A-Z, 0-9, '_', '.', ':' and '-'";
    private const int MaxIdLength = 64;

    private static readonly SearchValues<char> s_allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-");

    /// <returns>Of the first record; null where the request has none of the headers.</returns>
    /// <exception cref="RequestRefusedException">Some are missing or wrong.</exception>
    public static ProducerSequence? Read(HttpRequest request)
    {
        var (id, epoch, sequence) = (request.Headers[Producer].ToString(), request.Headers[Epoch].ToString(), request.Headers[Sequence].ToString());
        if (id.Length == 0 && epoch.Length == 0 && sequence.Length == 0)
        {
            return null;
        }

        var faults = new List<string>();
        if (!IsId(id))
        {
            faults.Add($"{Producer} is '{id}': {Rule}.");
        }

        var first = new ProducerSequence(id, Number(Epoch, epoch, epoch.Length == 0 ? 0 : null, faults), Number(Sequence, sequence, null, faults));
        return faults.Count == 0 ? first : throw RequestRefusedException.BadRequest(faults);
    }

    /// <exception cref="RequestRefusedException">The path holds no producer's id.</exception>
    public static string Id(HttpContext context)
    {
        var id = (string?)context.Request.RouteValues["producer"] ?? "";
        return IsId(id) ? id : throw RequestRefusedException.BadRequest($"'{id}' is no producer: {Rule}.");
    }

    private static bool IsId(string id) => id.Length is >= 1 and <= MaxIdLength && !id.AsSpan().ContainsAnyExcept(s_allowed);

    private static long Number(string header, string text, long? otherwise, List<string> faults)
    {
        if (otherwise is { } value)
        {
            return value;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < long.MaxValue / 2)
        {
            return number;
        }

        faults.Add($"{header} is '{text}'; send a whole number from 0 on.");
        return 0;
    }
}
