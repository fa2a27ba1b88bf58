namespace Roost.Shadow.Documents;

/// <summary>The bodies that follow a successful request, as compact JSON. What does not apply is null.</summary>
/// <param name="Accepted">For the requester; over REST the body of the answer.</param>
/// <param name="Delta">Only when desired and reported differ after the update.</param>
/// <param name="Documents">Of an update: the state before and after.</param>
internal sealed record ShadowMessages(byte[] Accepted, byte[]? Delta = null, byte[]? Documents = null);
