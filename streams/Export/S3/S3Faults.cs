using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Roost.Streams.Credentials;
using Roost.Streams.Export.Targets;
using Roost.Streams.Export.Web;

namespace Roost.Streams.Export.S3;

/// <summary>
/// What a failure means. A store does not look into objects, so nothing but their size is ever a batch's own fault; and whatever an operator
/// must correct is told as such, not retried in the dark.
/// </summary>
internal static class S3Faults
{
    public static bool IsExpected(Exception exception, CancellationToken stopping) => exception switch
    {
        OperationCanceledException => !stopping.IsCancellationRequested,
        AmazonServiceException or AmazonClientException or S3AnswerException or S3ConfigurationException or WebFileException or SecretUnavailableException => true,
        _ => WebFaults.IsExpected(exception),
    };

    public static Delivery ToDelivery(Exception exception, S3Place place) => exception switch
    {
        OperationCanceledException => Delivery.Unreachable($"The {place.Name} was silent for {place.Store.Timeout.TotalSeconds:0} s."),
        S3AnswerException => Delivery.Unreachable(exception.Message),
        S3ConfigurationException or WebFileException or SecretUnavailableException => Delivery.Denied(exception.Message),
        AmazonServiceException refused when Enum.IsDefined(refused.StatusCode) => OfAnswer(refused, place),
        AmazonServiceException or AmazonClientException when exception.InnerException is { } inner && IsExpected(inner, CancellationToken.None) => ToDelivery(inner, place),
        AmazonServiceException or AmazonClientException => Delivery.Unreachable($"The {place.Name} could not be asked: {AnswerText.Clean(exception.Message)}"),
        _ => WebFaults.ToDelivery(exception, place.Name, place.Store.Proxy, "cloud.s3"),
    };

    /// <returns>What the header says; null when it is not there.</returns>
    public static string? Header(AmazonServiceException refused, string name) => (refused.InnerException as HttpErrorResponseException)?.Response.GetHeaderValue(name) is { Length: > 0 } value ? value : null;

    private static Delivery OfAnswer(AmazonServiceException refused, S3Place place)
    {
        var (code, status) = (refused.ErrorCode ?? "", (int)refused.StatusCode);
        var said = $"The {place.Name} says {AnswerText.Clean(code.Length > 0 ? code : refused.StatusCode.ToString())}";
        return (code, status) switch
        {
            ("EntityTooLarge" or "MaxMessageLengthExceeded", _) or (_, 413) => Delivery.Refused($"{said}: the object is too large for it."),
            ("RequestTimeout" or "BadDigest" or "IncompleteBody" or "XAmzContentSHA256Mismatch" or "NoSuchUpload", _) or (_, 408 or 502 or 504) =>
                Delivery.Unreachable($"{said}: the object did not arrive whole. It is sent again."),
            ("SlowDown" or "TooManyRequests" or "ServiceUnavailable" or "OperationAborted" or "InternalError" or "XMinioStorageFull", _) or (_, 200 or 409 or 429 or (>= 500 and not 501)) =>
                Delivery.Busy($"{said}: {AnswerText.Clean(refused.Message)}", RetryAfter(refused)),
            _ => Delivery.Denied($"{said}: {Remedy(code, refused, place)}"),
        };
    }

    private static string Remedy(string code, AmazonServiceException refused, S3Place place) => code switch
    {
        "NoSuchBucket" => $"make the bucket {place.Bucket}, or correct cloud.s3.bucket.",
        "InvalidBucketName" => $"{place.Bucket} is no name of a bucket there; correct cloud.s3.bucket.",
        "InvalidAccessKeyId" => "it does not know the access key; correct cloud.s3.access-key-id.",
        "SignatureDoesNotMatch" => "the secret does not belong to the access key; correct cloud.s3.secret-access-key-file or -secret (or the region, or a proxy changes requests).",
        "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" => "the session token has expired or is wrong; renew the credentials.",
        "RequestTimeTooSkewed" => $"this machine's clock is wrong, the store's says {AnswerText.Clean(Header(refused, "Date") ?? "nothing")}; set the clock, or let NTP do it.",
        "AuthorizationHeaderMalformed" or "PermanentRedirect" or "IllegalLocationConstraintException" or "TemporaryRedirect" => $"the bucket is in another region; correct cloud.s3.region (it is {place.Store.EffectiveRegion}) or cloud.s3.endpoint. {AnswerText.Clean(refused.Message)}",
        "InvalidStorageClass" => $"it has no storage class {place.StorageClass}; correct s3.storage-class of the export.",
        "KeyTooLongError" => "shorten s3.prefix of the export.",
        _ when refused.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => $"the access key needs s3:PutObject and s3:AbortMultipartUpload in bucket {place.Bucket}. {AnswerText.Clean(refused.Message)}",
        _ when refused.StatusCode is HttpStatusCode.NotFound => $"is cloud.s3.endpoint a store, and its bucket {place.Bucket} there? {AnswerText.Clean(refused.Message)}",
        _ => AnswerText.Clean(refused.Message),
    };

    private static TimeSpan? RetryAfter(AmazonServiceException refused) =>
        Header(refused, "Retry-After") is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
}
