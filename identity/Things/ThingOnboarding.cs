namespace Roost.Identity.Things;

/// <summary>Brings a thing in: registers it, gives it its rights, and a certificate. All of it, or nothing.</summary>
internal sealed class ThingOnboarding(IThings things, IThingRegistry registry, IClientCertificates certificates, IPolicyAttachments policies)
{
    /// <summary>What a thing has that nobody says otherwise of.</summary>
    public const string DefaultPolicy = "thing-default";

    /// <param name="order">Null: without a certificate.</param>
    /// <param name="attached">Policies.</param>
    /// <exception cref="ChangeRefusedException">Nothing was made.</exception>
    public async Task<(ThingDescription Thing, IssuedCertificate? Certificate)> AddAsync(
        ThingChange change, CertificateOrder? order, IReadOnlyList<string> attached, ChangedBy by, CancellationToken cancellationToken)
    {
        if (attached.FirstOrDefault(policy => !policies.Exists(policy)) is { } missing)
        {
            throw new ChangeRefusedException(ChangeFault.NotFound, $"there is no policy '{missing}'; 'roost policy list' shows those that there are");
        }

        var made = await things.PutAsync(change with { MustBeNew = true }, by, cancellationToken);
        try
        {
            foreach (var policy in attached)
            {
                await policies.AttachAsync(policy, $"thing/{made.Name}", by, cancellationToken);
            }

            var issued = order is null ? null : await certificates.IssueAsync(order with { Thing = made.Name }, by, cancellationToken);
            return (registry.Find(made.Name) ?? made, issued);
        }
        catch
        {
            await things.DeleteAsync(made.Name, expectedVersion: null, by, CancellationToken.None); // half a thing would only be in the way of the next try
            throw;
        }
    }
}
