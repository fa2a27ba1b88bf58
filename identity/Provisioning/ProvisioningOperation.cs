namespace Roost.Identity.Provisioning;

/// <summary>AWS IoT's CreateKeysAndCertificate, CreateCertificateFromCsr and RegisterThing.</summary>
internal enum ProvisioningOperation
{
    CreateKeys,
    CreateFromSigningRequest,
    Register,
}
