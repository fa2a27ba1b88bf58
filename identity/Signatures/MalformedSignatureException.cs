namespace Roost.Identity.Signatures;

/// <summary>A signed request is not written as AWS Signature Version 4 says.</summary>
internal sealed class MalformedSignatureException(string message) : Exception(message);
