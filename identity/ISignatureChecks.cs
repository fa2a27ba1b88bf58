namespace Roost.Identity;

/// <summary>Judges requests that are signed with AWS Signature Version 4, by their headers or by their query (presigned). Any thread may call.</summary>
public interface ISignatureChecks
{
    /// <summary>
    /// Does all that takes no look at the body: reads what the request claims, finds the key, compares the clocks. Only what passes is worth reading
    /// the body of.
    /// </summary>
    ValueTask<SignatureCheck> BeginAsync(SignedRequest request, CancellationToken cancellationToken);
}
