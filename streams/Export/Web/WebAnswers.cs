using System.Net;
using System.Net.Http.Headers;
using Roost.Streams.Export.Targets;

namespace Roost.Streams.Export.Web;

/// <summary>What an answer of a web server means for a batch.</summary>
internal static class WebAnswers
{
    /// <summary>A server that asks for more is asked again after so long all the same.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <param name="response">Its body is not looked at.</param>
    /// <param name="destination">The address, for people.</param>
    /// <param name="said">What the server says about it, cleaned; may be empty.</param>
    public static Delivery ToDelivery(HttpResponseMessage response, string destination, string said, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        var answered = $"{destination} answered {status}{(said.Length > 0 ? $" ({said})" : "")}";
        return status switch
        {
            >= 200 and <= 299 => Delivery.Accepted,
            >= 300 and <= 399 => Delivery.Denied($"{destination} answered {status} and points to {Place(response)}. Redirects are not followed: set http.url to where the server is."),
            400 or 413 or 415 or 422 => Delivery.Refused($"{answered}."),
            401 or 403 => Delivery.Denied($"{answered}. Check the token, the HMAC key and this machine's clock, or the certificate, that http names, and what it may do there."),
            404 or 410 => Delivery.Denied($"{answered}. Check the path in http.url."),
            405 => Delivery.Denied($"{answered}. Set http.method to one that it takes{Allowed(response)}."),
            407 => Delivery.Denied($"The proxy answered 407{(said.Length > 0 ? $" ({said})" : "")}. Check user name and password in http.proxy."),
            408 or 409 or 417 or 425 or 429 or >= 500 => Delivery.Busy($"{answered}.", RetryAfter(response.Headers, now)),
            _ => Delivery.Denied($"{answered}. Batches wait until it takes them: correct http, or the server."),
        };
    }

    /// <summary>A date counts from the server's own clock where it tells it: a gateway's may be years off.</summary>
    private static TimeSpan? RetryAfter(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var wait = headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - (headers.Date ?? now),
            _ => TimeSpan.Zero,
        };
        return wait <= TimeSpan.Zero ? null : wait < LongestRetryAfter ? wait : LongestRetryAfter;
    }

    /// <summary>Without the query, in which a server may have put a secret.</summary>
    private static string Place(HttpResponseMessage response) => response.Headers.Location switch
    {
        null => "nowhere",
        { IsAbsoluteUri: true } place => AnswerText.Clean(place.GetLeftPart(UriPartial.Path)),
        { } place => AnswerText.Clean(place.OriginalString.Split('?', '#')[0]),
    };

    private static string Allowed(HttpResponseMessage response) =>
        response.Content.Headers.Allow.Count > 0 ? $": {AnswerText.Clean(string.Join(", ", response.Content.Headers.Allow))}" : "";
}
