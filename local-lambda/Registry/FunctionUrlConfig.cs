using Roost.LocalLambda.Sources.Urls;

namespace Roost.LocalLambda.Registry;

/// <summary>A function's URL as it was made over AWS's API.</summary>
internal sealed record FunctionUrlConfig(FunctionUrl Url, DateTimeOffset Created, DateTimeOffset LastModified);
