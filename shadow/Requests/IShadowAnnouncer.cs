using Roost.Shadow.Documents;

namespace Roost.Shadow.Requests;

/// <summary>Tells the world what became of a request. Called by the loop, for one shadow in the order of its versions; does not block.</summary>
internal interface IShadowAnnouncer
{
    void Succeeded(ShadowRequest request, ShadowMessages messages);

    /// <param name="errorDocument">Compact JSON.</param>
    void Refused(ShadowRequest request, byte[] errorDocument);
}
