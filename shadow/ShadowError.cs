namespace Roost.Shadow;

/// <summary>Why a request was refused. Codes and texts are those of the cloud's table of shadow errors, to the letter; 412 and 503 answer what the cloud does not have.</summary>
public readonly record struct ShadowError(int Code, string Message)
{
    /// <summary>Not now: there is no room, in memory or on the disk. Clients send it again.</summary>
    public const int Unavailable = 503;

    public static readonly ShadowError InvalidJson = new(400, "Invalid JSON");
    public static readonly ShadowError MissingState = new(400, "Missing required node: state");
    public static readonly ShadowError StateNotObject = new(400, "State node must be an object");
    public static readonly ShadowError DesiredNotObject = new(400, "Desired node must be an object");
    public static readonly ShadowError ReportedNotObject = new(400, "Reported node must be an object");
    public static readonly ShadowError InvalidVersion = new(400, "Invalid version");
    public static readonly ShadowError InvalidClientToken = new(400, "Invalid clientToken");
    public static readonly ShadowError InvalidNode = new(400, "State contains an invalid node");
    public static readonly ShadowError VersionConflict = new(409, "Version conflict");
    public static readonly ShadowError PreconditionFailed = new(412, "The shadow is not as If-Match or If-None-Match says");
    public static readonly ShadowError TooLarge = new(413, "The payload exceeds the maximum size allowed");
    public static readonly ShadowError NotUtf8 = new(415, "Unsupported documented encoding; supported encoding is UTF-8");
    public static readonly ShadowError TooManyRequests = new(429, "Too many requests");
    public static readonly ShadowError TooManyWatchers = new(Unavailable, "Too many clients are waiting for changes of shadows: at most shadows.max-watchers, 32 of them for patterns, and half of each from one address");
    public static readonly ShadowError InternalFailure = new(500, "Internal service failure");

    /// <param name="reason">A sentence or two that name the place and what to do.</param>
    public static ShadowError NotNow(string reason) => new(Unavailable, $"Service unavailable: {reason}");

    public static ShadowError TooDeep(int levels) => new(400, $"JSON contains too many levels of nesting; maximum is {levels}");

    public static ShadowError TooManyNamed(int most) => new(400, $"The thing has reached the maximum of {most} named shadows");

    /// <param name="name">The thing's name, over MQTT the shadow's, over REST <c>thing~shadow</c>: see docs/compatibility.md.</param>
    public static ShadowError NoShadow(string name) => new(404, $"No shadow exists with name: '{name}'");
}
