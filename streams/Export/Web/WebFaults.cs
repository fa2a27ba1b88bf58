using System.Net.Sockets;
using System.Security.Authentication;
using Roost.Streams.Export.Targets;

namespace Roost.Streams.Export.Web;

/// <summary>What a request that got no answer means, in words.</summary>
internal static class WebFaults
{
    public static bool IsExpected(Exception exception) => exception is HttpRequestException or IOException or SocketException or AuthenticationException or ServerCertificateException;

    public static Delivery ToDelivery(Exception exception, string destination, string? proxy, string section = "http")
    {
        if (Within<ServerCertificateException>(exception) is { } certificate)
        {
            var reason = $"{destination} is not trusted: {certificate.Message}.";
            return certificate.IsClock ? Delivery.Unreachable(reason) : Delivery.Denied(reason);
        }

        var error = ErrorOf(exception);
        var detail = AnswerText.Clean(Innermost(exception).Message).TrimEnd('.');
        return error switch
        {
            HttpRequestError.NameResolutionError => Delivery.Unreachable($"The name in {proxy ?? destination} cannot be looked up: {detail}. Is there a network?"),
            HttpRequestError.ConnectionError => Delivery.Unreachable($"{proxy ?? destination} cannot be reached: {detail}."),
            HttpRequestError.ProxyTunnelError when exception is HttpRequestException { StatusCode: System.Net.HttpStatusCode.ProxyAuthenticationRequired } =>
                Delivery.Denied($"The proxy {proxy} wants user name and password, or others: set {section}.proxy to http://USER:PASSWORD@HOST:PORT."),
            HttpRequestError.ProxyTunnelError => Delivery.Unreachable($"The proxy {proxy} makes no connection to {destination}: {detail}."),
            HttpRequestError.SecureConnectionError => Delivery.Denied($"{destination} makes no TLS connection: {detail}. Is it https there, on this port?"),
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.HttpProtocolError =>
                Delivery.Unreachable($"{destination} answers what is no proper HTTP: {detail}."),
            _ => Delivery.Unreachable($"The connection to {destination} ended before the answer: {detail}."),
        };
    }

    /// <summary>Some clients hand on a connection that was not made without saying so; the socket's own error tells it.</summary>
    private static HttpRequestError ErrorOf(Exception exception) => (exception as HttpRequestException)?.HttpRequestError is { } told and not HttpRequestError.Unknown ? told
        : Within<SocketException>(exception)?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown => HttpRequestError.ConnectionError,
            SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => HttpRequestError.NameResolutionError,
            _ => HttpRequestError.Unknown,
        };

    private static T? Within<T>(Exception exception)
        where T : Exception
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is T found)
            {
                return found;
            }
        }

        return null;
    }

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }
}
